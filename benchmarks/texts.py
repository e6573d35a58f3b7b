"""The texts that the benchmarks speak."""

from __future__ import annotations

import random

TEXTS = {
    "word": "Hello.",
    "sentence": "The lamp in the lighthouse turned slowly, and every boat in the harbour saw it.",
    "paragraph": (
        "The train left the city at seven in the morning, when the streets were still wet from the "
        "night. Outside the windows the fields went by, first grey, then green, and at last gold where "
        "the sun had reached them. A woman across the aisle was reading a newspaper, and her son counted"
        " the bridges aloud: one, two, three. Nobody asked him to be quiet. At the third station an old "
        "man came in with a basket of apples, sat down, and offered one to everybody who looked hungry. "
        "They talked about the weather, about the price of bread, and about the football match that both"
        " of them had missed. When the conductor came, he took an apple too, and punched the tickets "
        "without looking at them. It was the kind of journey that seems too short when it is over. By "
        "noon the mountains stood at the end of the valley, white and sharp, and the boy stopped "
        "counting. He pressed his nose against the glass, and for a long time he said nothing at all. "
        "Then he asked whether anyone lived up there."
    ),
}

SENTENCES_PER_PARAGRAPH = 6


def book(characters: int, *, seed: int = 0) -> str:
    """Return a text of about so many characters, made of random words of the paragraph.

    Its sentences have many lengths, which makes a program grow that keeps something for each length.
    """
    dice, words = random.Random(seed), TEXTS["paragraph"].replace(".", "").split()  # noqa: S311 - no secret
    text, paragraph = "", 0
    while len(text) < characters:
        sentence = " ".join(dice.choices(words, k=dice.randint(3, 30)))
        paragraph = (paragraph + 1) % SENTENCES_PER_PARAGRAPH
        text += f"{sentence[0].upper()}{sentence[1:].rstrip(',:')}.{' ' if paragraph else chr(10) * 2}"
    return text.strip()
