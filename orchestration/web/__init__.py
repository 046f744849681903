"""Dagster's web server behind a door of its own: who may come in, and what may be asked from where.

`guard` judges each request, `server` is the process that serves; the command `zhengxin ui` starts it.
"""
