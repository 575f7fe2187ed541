"""Making a release: what is built, checked and tried before anything is uploaded; none of it ships with the package."""
