"""One module for each kind of reference page; each returns Markdown made from what the code says of itself."""
