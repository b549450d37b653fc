"""Papers of agreements: what they say (`content`, `making`), and how each format sets it (`pdf`, `docx`, `hwpx`)."""
