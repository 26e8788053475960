"""Flower's configuration file: nobody gets in without a password.

`FLOWER_BASIC_AUTH` (user:password) sets one; else it is made at the first start and kept in
`<data dir>/flower.password`, with the user `flower`.
"""

import os

from config.environment import data_dir, stored_secret

basic_auth = [os.environ.get("FLOWER_BASIC_AUTH") or f"flower:{stored_secret(data_dir() / 'flower.password')}"]
