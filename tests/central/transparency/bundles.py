"""Bundles taken apart, changed and written again, as a forger would who keeps to the form."""

import json

from verifier.verify import FORMAT, Statement, normal, read_bundle


def opened(bundle):
    """What a bundle holds: each leaf with its words, a document's as such, a record's as a text."""
    read = read_bundle(bundle.encode())
    return read._asdict() | {"leaves": [_leaf(leaf) for leaf in read.leaves]}


def _leaf(leaf):
    words = leaf.words.decode()
    return leaf._asdict() | {"words": words if is_record(leaf.name) else json.loads(words)}


def is_record(name):
    """Whether a leaf of this name is what a box said."""
    return name.startswith("qb-")


def written(document):
    """The bundle of what `opened` answered, in bytes."""
    leaves = [
        f"{leaf['index']} {leaf['name']} {leaf['salt']} {_words(leaf['words'])}"
        for leaf in document["leaves"]
    ]
    head = [document.get("format", FORMAT), document["log"], *document["witnesses"]]
    note = document["checkpoint"].removesuffix("\n")
    parts = ["\n".join(head), note, "\n".join(document["hashes"]), "\n".join(leaves)]
    return ("\n\n".join(parts) + "\n").encode()


def _words(words):
    return words if isinstance(words, str) else normal(words)


def reckoned(document):
    """The statement as the verifier reckons it where log and signatures are the forger's own."""
    return Statement(read_bundle(written(document)).leaves)
