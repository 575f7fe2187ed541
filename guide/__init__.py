"""The guide: the site of docs/, its reference, its notebook and its pictures; none of it ships with the package."""
