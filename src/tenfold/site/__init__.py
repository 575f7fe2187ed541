"""The Draw page as plain files, which read in the browser."""
