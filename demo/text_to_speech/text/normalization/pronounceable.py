"""Tells whether letters can be a word of English by the consonants at its beginning, in its middle and at its end."""

import re

_ONSET = frozenset(
    """
    b bh bl br c ch chl chr cl cr cz d dh dr dw f fl fr g gh gl gn gr gu gw h j k kh kl kn kr kw l ll m mc mn n
    ng p ph pl pn pr ps pt q qu r rh s sc sch scr sh shr sk sl sm sn sp sph spl spr squ sr st str sv sw t th thr
    tr ts tw tz v vl w wh wr x y z zh zw
    """.split()
)
_CODA = frozenset(
    """
    b bb c ch ck ct d dd dge f ff ft g gg gh ght gn h k l lb lch ld ldt lf lg lk ll lls lm lms ln lp lph ls lsh
    lt lth lts lv lz m mb mm mp mph mps mpt ms n nc nch nck nd nds ng ngs ngst nk nks nn nns ns nst nt nth nts
    nx nz p ph pp pps ps pt pth q r rb rc rch rck rd rds rf rg rk rks rl rld rls rm rms rn rns rp rps rr rrs rs
    rsh rst rt rth rts rtz rv rx rz s sc sch sh sk sm sp ss st sts t tch th ths ts tt tts tz v w wd wk wl wls wn
    wns ws x xt y z zz bs cks cs cts ds ffs fts gs ks ng's
    """.split()
)
_VOWELS = "aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýÿœ"
_SPLIT = re.compile(f"([{_VOWELS}]+)")
_LONGEST_NUCLEUS = 3
_LONGEST = 24


def is_pronounceable(word: str) -> bool:
    """Tell whether the letters of a word can be pronounced: "stayed" and "fanuc", not "fbi" and "nypd".

    Args:
        word: A word in small letters. Longer words than any initialism count as pronounceable.
    """
    if len(word) > _LONGEST:
        return True
    first, *rest = _SPLIT.split(word)
    if not rest or (first and first not in _ONSET):
        return False
    *inner, last = rest
    if len(inner) > 1 and inner[-1] == "":
        return False
    if last and last not in _CODA:
        return False
    nuclei, clusters = rest[::2], rest[1:-1:2]
    return all(len(nucleus) <= _LONGEST_NUCLEUS for nucleus in nuclei) and all(map(_can_be_inside, clusters))


def _can_be_inside(cluster: str) -> bool:
    """Tell whether consonants between two vowels are the end of one syllable and the beginning of the next."""
    return any(
        (not cluster[:cut] or cluster[:cut] in _CODA) and (not cluster[cut:] or cluster[cut:] in _ONSET)
        for cut in range(len(cluster) + 1)
    )
