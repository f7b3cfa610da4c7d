"""What a version of the answer index adds to the model it was made for: written and read.

Classifiers, the space and the n-grams that training saw stay in the model's own file: they are the
greater part of it, and the same in every version. What is left takes a moment to write and to read.
"""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_matrix

from bot.ranking.model import ARRAYS_FILE, NAMES_FILE, OF_WORDINGS, Model
from bot.ranking.wordings import Wordings


def write(home: Path, model: Model) -> None:
    """Write it in two files that hold numbers and names only, no code."""
    wordings = model.wordings
    postings = wordings.postings
    np.savez(
        home / ARRAYS_FILE,
        postings_data=postings.data,
        postings_indices=postings.indices,
        postings_indptr=postings.indptr,
        **{name: getattr(wordings, name) for name in OF_WORDINGS if name != "vectors"},
        vectors=wordings.vectors.astype(np.float16),
    )
    names = {
        "features": list(islice(model.vocabulary.number, model.trained, None)),
        "items": wordings.items,
        "by_heart": model.by_heart,
        "texts": model.texts,
        "related": model.context.neighbours.related if model.context else {},
    }
    (home / NAMES_FILE).write_text(json.dumps(names, ensure_ascii=False), "utf-8")


def read(home: Path, model: Model) -> Model:
    """The model with it; `model` is of the same training, with whatever additions."""
    names = json.loads((home / NAMES_FILE).read_text("utf-8"))
    with np.load(home / ARRAYS_FILE, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    vocabulary = model.vocabulary.first(model.trained).wider(names["features"])
    return replace(
        model,
        vocabulary=vocabulary,
        wordings=_wordings(model.wordings, names, arrays, len(vocabulary.number)),
        by_heart=names["by_heart"],
        texts=tuple(names["texts"]),
        context=model.context and model.context.among(names.get("related", {})),
    )


def _wordings(
    old: Wordings, names: dict[str, Any], arrays: dict[str, np.ndarray], features: int
) -> Wordings:
    postings = csr_matrix(
        (arrays["postings_data"], arrays["postings_indices"], arrays["postings_indptr"]),
        shape=(features, len(arrays["item_of"])),
    )
    return replace(
        old,
        items=tuple(names["items"]),
        postings=postings,
        vectors=arrays["vectors"].astype(np.float32),
        item_of=arrays["item_of"],
        answering=arrays["answering"],
        members=arrays["members"],
        middles=arrays["middles"],
        asked=arrays["asked"],
    )
