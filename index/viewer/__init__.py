"""Pages of a source around a quotation, and links to the public page."""
