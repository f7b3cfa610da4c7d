"""What a sentence is made of, before anything is decided: spelling, features, vectors."""

import os

# Of pypinyin only the readings of single characters are used; those of phrases take 50 MB.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "true")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "true")
