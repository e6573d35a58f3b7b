"""Write word_lists.txt: lone words, letters, numbers and two-word phrases, one utterance a line.

LJSpeech has hardly any utterance of one or two words, so a voice trained on it alone handles them
badly. The output is the same on every run: the end mark (".", "?", "!" or none) of each line
follows from its position in the list.

Run: python training/texts/make_lists.py
"""

from pathlib import Path


def _words(text: str) -> tuple[str, ...]:
    """Return the words of a text, separated by white space."""
    return tuple(text.split())


UNITS = _words(
    """
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen
    sixteen seventeen eighteen nineteen
    """
)
TENS = _words("twenty thirty forty fifty sixty seventy eighty ninety")
CALENDAR = _words(
    """
    Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July
    August September October November December
    """
)
ORDINALS = _words("first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth")
COLOURS = _words("red blue green yellow white black brown grey pink purple orange golden")
# Every colour reads naturally before each of these.
COLOURED_THINGS = _words("car door hat bird shoe box")
ADJECTIVES = _words("small big old new good nice large strange")
# Every adjective reads naturally before each of these.
THINGS = _words("house dog town garden picture book horse ship")
VERBS = _words("open close take find move clean watch use push check hold show")
OBJECTS = _words("it them this everything")
PRONOUNS = _words("I you we they")
INTRANSITIVE = _words("agree know try wait help sing read work")
WORDS = _words(
    """
    apple arm baby back bag ball bank bath bear bed bell bicycle bird boat body book bottle bread bridge
    brother butter cake camera chair cheese cherry child church circle city clock cloud coat coffee
    corner country cousin cup daughter desert dinner doctor dream dust ear earth egg engine evening eye
    face farm father feather field finger fire fish flower forest friend fruit future game garage giant
    glass gold grass group hair hammer hand heart history honey hospital hour hundred ice idea island
    jacket joke journey juice jungle key king kitchen knee knife lake lamp language leaf lemon letter
    library light lion lunch machine market measure meat medicine message milk minute mirror money moon
    morning mother mountain mouth music name neighbour night noise north number ocean office oil onion
    oven page paper peace pencil people picture pilot planet pleasure pocket poem potato prize question
    quiet radio rain reason rhythm river road roof room rope salt sandwich school science shadow sheep
    ship shirt sister sky sleep smile snow soap song soup spoon spring square stairs star station stone
    story street student sugar summer sun table tail teacher thing thought thumb thunder ticket time toe
    tomato tooth train treasure tree trousers umbrella uncle vegetable village vision visitor voice walk
    wall watch water weather week wheel whistle window winter wood word world year yesterday youth zebra
    zoo above after again almost alone already always angry another anything away because before behind
    better between bright busy careful cheap clear clever cold dangerous dark deep different difficult
    dry early easy empty enough famous fast finally free fresh friendly full funny gentle happy hard
    heavy high hungry important inside kind late lazy left less little long loud low lucky more narrow
    near never next nothing now often only other outside perhaps possible pretty proud quick ready rich
    right round sad safe several sharp short simple slow soft something soon sour still strong sudden
    sweet tall thick thin thirsty through tired together tomorrow tonight under usually very warm weak
    well wet wide wild wrong young
    """
)
END_MARKS = (".", "", "?", ".", "", "!", ".")


def numbers() -> list[str]:
    """Return the names of the numbers from 0 to 100."""
    above = [ten if unit == "zero" else f"{ten}-{unit}" for ten in TENS for unit in UNITS[:10]]
    return [*UNITS, *above, "one hundred"]


def _article(word: str) -> str:
    """Return the indefinite article that stands before a word."""
    return "an" if word[0] in "aeiou" else "a"


def phrases() -> list[str]:
    """Return two-word and three-word phrases such as "red car", "a good book" and "open it"."""
    coloured = [f"{colour} {thing}" for colour in COLOURS for thing in COLOURED_THINGS]
    described = [f"{_article(adjective)} {adjective} {thing}" for adjective in ADJECTIVES for thing in THINGS]
    orders = [f"{verb} {thing}" for verb in VERBS for thing in OBJECTS]
    statements = [f"{pronoun} {verb}" for pronoun in PRONOUNS for verb in INTRANSITIVE]
    return [*coloured, *described, *orders, *statements]


def utterances() -> list[str]:
    """Return all lines in their order, each with its end mark and without repetition."""
    letters = [chr(code) for code in range(ord("A"), ord("Z") + 1)]
    texts = [*letters, *numbers(), *CALENDAR, *ORDINALS, *COLOURS, *phrases(), *WORDS]
    distinct = dict.fromkeys(text[0].upper() + text[1:] for text in texts)
    return [text + END_MARKS[index % len(END_MARKS)] for index, text in enumerate(distinct)]


def main() -> None:
    """Write word_lists.txt beside this script."""
    path = Path(__file__).with_name("word_lists.txt")
    path.write_text("\n".join(utterances()) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
