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

# A page of Superset asks this machine alone: 6.1.0 would fetch a pixel of its makers' and tiles of maps from elsewhere.
TALISMAN_CONFIG = {
    "content_security_policy": {
        "base-uri": ["'self'"],
        "default-src": ["'self'"],
        "img-src": ["'self'", "blob:", "data:"],
        "worker-src": ["'self'", "blob:"],
        "connect-src": ["'self'"],
        "object-src": "'none'",
        "style-src": ["'self'", "'unsafe-inline'"],
        "script-src": ["'self'", "'strict-dynamic'"],
    },
    "content_security_policy_nonce_in": ["script-src"],
    "force_https": False,
    "session_cookie_secure": False,
}
