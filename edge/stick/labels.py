"""What the files on a stick are called; the bench and the box both go by these names."""

from typing import Final

RECEIPT_TEXT: Final = "RECEIPT.txt"  # for people, in three languages


def identity_name(device: str) -> str:
    """The file in which a box says who it is."""
    return f"identity-{device}.json"


def bundle_name(device: str) -> str:
    """The file that carries a box's orders."""
    return f"bundle-{device}.json"


def post_name(device: str) -> str:
    """The file in which a box sends central what it heard."""
    return f"post-{device}.qpost"


def answer_name(device: str) -> str:
    """The file in which central answers a post."""
    return f"answer-{device}.qpost"


def receipt_name(device: str) -> str:
    """The file in which a box signs what it did with its orders."""
    return f"receipt-{device}.json"
