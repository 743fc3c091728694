"""Who wrote the demo's music, as far as the demo is concerned: nobody who exists.

The recordings are real and credited to their artists; the people, works and shares registered at
the demo's office are invented, and say so in their names.
"""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """A rightholder nobody will ever meet."""

    name: str
    latin_name: str


@dataclass(frozen=True, slots=True)
class Part:
    """One person's share of one work, in basis points."""

    person: int  # place in `PEOPLE`
    role: str
    basis_points: int


PEOPLE = (
    Person("Әлия Қиялқызы (ойдан шығарылған)", "Aliya Qiyalqyzy (fictional)"),
    Person("Өмірбек Ертегіұлы (ойдан шығарылған)", "Omirbek Ertegiuly (fictional)"),
    Person("Іңкәр Армандықызы (ойдан шығарылған)", "Ingkar Armandyqyzy (fictional)"),
    Person("Ғалым Аңызбаев (ойдан шығарылған)", "Galym Angyzbaev (fictional)"),
    Person("Үміт Һәммәтова (ойдан шығарылған)", "Umit Hammatova (fictional)"),
    Person("Пётр Небывалый (вымышленный)", "Pyotr Nebyvaly (fictional)"),
    Person("Мария Вымыслова (вымышленная)", "Maria Vymyslova (fictional)"),
    Person("«Жоқ Жер» баспасы (ойдан шығарылған)", "Zhoq Zher Publishing (fictional)"),
)
PUBLISHER = len(PEOPLE) - 1


def parts_of(work: int) -> tuple[Part, ...]:
    """Who has which share of the demo's n-th work; awkward on purpose, and always 10000 in all."""
    writers = _writers(work)
    first, second, third = next(writers), next(writers), next(writers)
    match work % 4:
        case 0:
            return (Part(first, "CA", 10000),)
        case 1:
            return (Part(first, "C", 5000), Part(second, "A", 5000))
        case 2:
            return (
                Part(first, "C", 3333),
                Part(second, "A", 3333),
                Part(PUBLISHER, "E", 3334),
            )
        case _:
            return (
                Part(first, "C", 4167),
                Part(second, "A", 2083),
                Part(third, "AR", 417),
                Part(PUBLISHER, "E", 3333),
            )


def _writers(work: int) -> Iterator[int]:
    for step in range(3):
        yield (work * 3 + step * 2) % PUBLISHER
