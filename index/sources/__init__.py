"""Where the bytes of sources come from: a folder, the web, uploads."""
