"""Collects evidence from the portals of the assessed units: what they publish, what they answer, whether they open.

`portals` reads what is configured, `crawl` starts the process that crawls, and `delivery` puts what was found into the
inbox, where it is landed like anything else. That process is `crawler`: `spider` and `reading` find the records on the
pages, `politeness` decides what may be asked and when, `archive` keeps every answer as WARC, and `journal` makes that a
killed crawl goes on without loss or double. Only modules of that process import Scrapy, which is an extra.
"""
