"""政信查: the public site, a folder of static files made from public releases alone.

`editions.py` reads the releases, `queries/` holds what is asked of them, each `*_pages.py` makes the pages of one kind,
`templates/` their HTML, `texts/` their wording, `build.py` puts it all into a folder.
"""
