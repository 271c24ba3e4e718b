"""Reading: the trained reader that says whether a window of the sources answers a question, and by which words."""
