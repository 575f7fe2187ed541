"""Reading over HTTP: an API, and a page where people draw, review and correct."""
