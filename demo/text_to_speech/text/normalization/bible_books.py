"""The books of the Bible, their abbreviations and the number of their chapters."""

from ..word_sets import word_set
from .tables import table

# Name and number of chapters; abbreviations. A book that is numbered stands here without its number.
_BOOKS = """
Genesis 50 = Gen Gn
Exodus 40 = Exod Exo Ex
Leviticus 27 = Lev Lv
Numbers 36 = Num Nm Numb
Deuteronomy 34 = Deut Dt Deu
Joshua 24 = Josh Jos
Judges 21 = Judg Jdg Jgs
Ruth 4 = Rth Ru
Samuel 31 = Sam Sm
Kings 25 = Kgs Kgdms Kin Ki
Chronicles 36 = Chron Chr Chrn
Ezra 10 = Ezr
Nehemiah 13 = Neh
Esther 10 = Esth Est
Job 42 = Jb
Psalm 151 = Ps Psa Pslm
Psalms 151 = Pss
Proverbs 31 = Prov Prv Pr
Ecclesiastes 12 = Eccles Eccl Ecc Qoh
Song 8 = SoS
Isaiah 66 = Isa Is
Jeremiah 52 = Jer
Lamentations 5 = Lam
Ezekiel 48 = Ezek Ezk Eze
Daniel 14 = Dan Dn
Hosea 14 = Hos
Joel 3 = Jl
Amos 9 = Am
Obadiah 1 = Obad Ob
Jonah 4 = Jnh
Micah 7 = Mic
Nahum 3 = Nah
Habakkuk 3 = Hab
Zephaniah 3 = Zeph Zep
Haggai 2 = Hag
Zechariah 14 = Zech Zec
Malachi 4 = Mal
Matthew 28 = Matt Mt Mat
Mark 16 = Mk Mrk
Luke 24 = Lk Luk
John 21 = Jn Jhn
Acts 28 = Act
Romans 16 = Rom Rm
Corinthians 16 = Cor
Galatians 6 = Gal
Ephesians 6 = Eph Ephes
Philippians 4 = Phil Php
Colossians 4 = Col
Thessalonians 5 = Thess Thes
Timothy 6 = Tim Tm
Titus 3 = Tit
Philemon 1 = Philem Phlm Phm
Hebrews 13 = Heb
James 5 = Jas Jam
Peter 5 = Pet Pt
Jude 1 = Jud
Revelation 22 = Rev Rv
Apocalypse 22 = Apoc
Tobit 14 = Tob
Judith 16 = Jdt
Wisdom 19 = Wis
Sirach 51 = Sir Ecclus
Baruch 6 = Bar
Maccabees 16 = Macc Mac
Esdras 16 = Esd Esdr
Quran 114 = Qur'an Qur’an Koran
Surah 114 = Sura
"""

_NAMES = {
    name.split()[0]: short.split()
    for name, short in (line.split(" = ") for line in _BOOKS.split("\n") if line)
}

CHAPTERS = {line.split()[0]: int(line.split()[1]) for line in _BOOKS.split("\n") if line}
"""Name of a book → number of its chapters, of the longest where several books have the name."""

BOOKS = {written: name for name, short in _NAMES.items() for written in (name, *short)} | {
    "Song of Solomon": "Song of Solomon",
    "Song of Songs": "Song of Songs",
}
"""Written name of a book → its name."""

NUMBERED = word_set("Samuel Kings Chronicles Corinthians Thessalonians Timothy Peter John Maccabees Esdras")
"""Books of which there are several."""

# Abbreviations that mean a book even before the number of a chapter alone ("Rom 12"), with and without a full stop.
CERTAIN = tuple(
    word_set(
        """
        Gen. Gn Exod. Exod Exo. Lev. Num. Deut. Deut Josh. Judg. Kgs Chron. Neh. Esth. Ps. Ps Pss. Prov. Eccl. Isa. Isa
        Jer. Lam. Ezek. Ezek Dan. Hos. Mic. Hab. Zeph. Zech. Mal. Matt. Mk Lk Jn Rom. Rom Cor. Cor Gal. Eph. Phil.
        Thess. Thess Tim. Heb. Heb Jas. Rev. Philem. Obad. Zeph.
        """
    )
)
RANKS = table(
    """
    1 I 1st = First
    2 II 2nd = Second
    3 III 3rd = Third
    4 IV 4th = Fourth
    """
)
