"""Superset's settings for zhengxin. `launch.py` names the folder for everything that Superset keeps."""

import os
from pathlib import Path

_folder = Path(os.environ["ZHENGXIN_SUPERSET_FOLDER"])

SECRET_KEY = (_folder / "secret_key").read_text(encoding="ascii").strip()
SQLALCHEMY_DATABASE_URI = f"sqlite:///{_folder / 'superset.db'}?check_same_thread=false"

# Nothing that a query returned is kept, so that a new release shows at the next look.
CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}
DATA_CACHE_CONFIG = {"CACHE_TYPE": "NullCache"}

# Chinese and English stand side by side in the assets; the interface itself stays English.
BABEL_DEFAULT_LOCALE = "en"
