"""Tables of abbreviations: which kind each is, and how it is read.

The sets of the kinds have the abbreviations without their last full stop. Those with a capital letter apply only to
themselves, the others to any spelling of the word; `abbreviations` says what the kinds mean.
"""

from ..word_sets import word_set
from .tables import table

# Abbreviations without their last full stop. Those with a capital letter apply only to themselves, the others to any
# spelling of the word.
TITLES = word_set(
    """
    mr mrs ms mx messrs mme mmes mlle mlles dr drs prof profs rev revs hon Fr Frs Br Bro Sr Srs Ste St Sts Mt Mts Ft
    Pt gov govs sen sens Rep Reps Pres Supt Adm VAdm RAdm Brig Gen Gens capt Cpt cmdr Cdr comdr Comm Col Cols cpl lt
    lts Maj sgt sgts ssgt msgt sfc pvt pfc Ens insp det Const Ofc atty attys amb msgr mgr archbp bp abp Sec Treas Chmn
    Asst Assoc Dep Lieut Sra Srta Ven Rt Eng Arch Cllr Coun Dipl Ald Wm Geo Chas Thos Jas Jos Robt Edw Benj Alex Saml
    Danl Jno Fredk Richd Theo Nich Steph Alf Fred Jn Jonath Eliz Margt Nathl Matth Xtopher
    """
)
ALWAYS_TITLES = word_set("mr mrs ms mx messrs mme mlle dr drs prof gov sen lt sgt capt cpl pvt cmdr msgr")
NUMBERED = word_set(
    """
    no nos nr nrs n° num p pp pg pgs vol vols fol fols MS MSS ch chs chap chaps fig figs sec secs sect sects art
    arts eq eqs eqn eqns op opp ref refs tab tabs tbl par pars para paras pt pts bk bks ver vers tel fax ph ext exts
    app apps appx cl cls ep eps ex exs ill illus pl prob thm lem prop cor def defn rem fn fnn n nn l ll ln lns v vv
    max min mvt mvmt lat rm rms apt apts ste bldg flr lot blk bx rte rt hwy sr sch sched sub subd subsec cat acct
    dkt doc docs exh ed edn rev sess stat reg regs res wt sz mk col cols ser iss pat pkg grp cf ca circa lv lvl st
    div cir dist prec gr rnd rd wk inv conf seq Pop alt elev temp adm sz Gen Exod Lev Num Deut Josh Judg Sam Kgs
    Chron Neh Esth Ps Pss Prov Eccl Isa Jer Lam Ezek Dan Hos Obad Mic Nah Hab Zeph Hag Zech Mal Matt Rom Cor Gal Eph
    Phil Thess Tim Tit Philem Heb Jas Pet Jn Rev Macc Wis Sir
    """
)
UNITS = word_set(
    """
    oz ozs fl lb lbs tsp tsps tbsp tbsps tbs tb c C pt pts qt qts gal gals doz dz pk pkg pkgs pkt ctn btl sq cu ft in
    ins yd yds mi hr hrs min mins sec secs wk wks mo mos yr yrs mg g gm gms gr kg kgs km kms cm mm ml l m deg mph kph
    rpm ac st sts cwt dwt ct cts lg lge med sm sml T pc pcs ea wt vol hp kt kts dia diam bbl bbls p s k pp
    """
)
DATES = word_set(
    """
    Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec jan feb apr jun jul aug sept oct nov dec Mon Tue Tues Wed Weds
    Thu Thur Thurs Fri Sat Sun Xmas
    """
)
# (Almost) never the last word of a sentence, and no words otherwise.
OPEN = word_set(
    """
    vs v cf viz e.g i.e eg ie approx apprx est ca circ esp incl excl resp attn subj née repr suppl feat perf arr dep
    appt appts mtg mtgs hdqrs prev orig curr prelim tent reqd req'd rec'd recd rcvd bef betw btwn abt
    """
)
# They may end a sentence, and do so if sentences often begin with the next word. By lines: persons and companies;
# streets and places; offices; books and journals; states; British counties; law; languages and sciences; botany;
# grammar; music; handicraft; medicine; quantities; business.
ANY = word_set(
    """
    jr sr esq inc ltd corp Co Cos bros plc llc llp pty gmbh lp mfg mfr mfrs ph.d m.d ed.d ll.b ll.m b.sc m.sc d.phil
    St Sts Ste ave aves av blvd rd rds hwy hwys pkwy pky tpke expy fwy ln Dr Ct Cts Pl Sq Ter terr Cir trl Hts Pk Plz
    xing ctr ctrs bldg bldgs apt apts rm jct stn rte rtes twp cty mtn mtns isl isls hbr spgs dept depts univ univs
    coll acad inst sch assn ass'n assoc assocs soc fdn govt gov't comm cmte commn admin div divs hq lab dir mgr mgmt
    mktg acct accts acctg exec exp fin pers purch pub publ mag asst natl nat'l intl int'l misc std avg al cit loc ibid
    seq ff sqq s.v q.v N.B P.S ult prox ob etc ed eds edn edit rev transl trans comp intro pref bibl bibliog bull jour
    ann proc rec rept abr abstr anon app attrib auth encycl quart ser suppl libr bk bks Ala Ariz Ark Cal Calif Colo
    Conn Del Fla Ga Ida Ill Ind Kan Kans Ky Md Mass Mich Minn Miss Mo Mont Neb Nebr Nev Okla Ore Oreg Pa Penn Penna
    Tenn Tex Vt Va Wash Wis Wisc Wyo Alta Ont Que Sask Nfld Dak Mex Car Bucks Berks Cambs Glos Hants Herts Lancs Leics
    Lincs Middx Northants Notts Oxon Salop Staffs Warks Wilts Worcs Yorks Fed Civ Crim Proc Evid Supp App Cl Const
    Stat Ann Code Reg Rul Rev Rptr Bankr Mun Super Juris Com Bus Prof Ins Pen Veh Welf Prob Educ Elec Pub Cong Sess
    Rec Doc Exec Att'y Gen Tech Ass'n Auth Comm'n Comm'r Dep't Def Plf amer brit eng engl fr ger ital span lat gk russ
    jap austl eur hist philos psychol phys chem biol math mathem surg econ sociol geol geog astron engin mech elect
    agric archit philol theol sci med natur entom bot zool biochem sp spp var subsp ssp subg cv syn nov comb fam hort
    auct adj adv conj interj pron prep vb vt vi fem masc neut obs dial colloq abbr abbrev sing plur lit fig pizz arco
    cresc decresc dim rit ritard rall accel stacc dol espr marc vc vcl vln vla fl cl clar bsn hn tpt trb tbn timp perc
    pno org sopr mezz alt beg cont dec foll incl tog patt pat rem rep rnd rnds sl st sts yo dc hdc tr htr inj sol susp
    amp tabs caps dx hx rx sx tx fx b.i.d t.i.d q.i.d p.r.n p.o i.v i.m qty amt pkg wt ht hgt lgth approx temp temps
    vel freq volt max min tot dup spec specs mos yrs hrs wks mins secs bal pd pmt pmts rcpt inv chg cr disc exch int
    prin pfd shr yld ref refs req info encl bcc cc addr tel fax mob ext
    """
)
# Abbreviations that are words or names, too: their stop ends the sentence unless their surroundings say otherwise.
WORDS = word_set(
    """
    no art arts fig figs op tab tabs par pars bar in ins ill ore wash miss mass pen lot issue ward ex fin lab dim pat
    amp code super bull mag tot spec specs sun sat wed pa ma sub cat bus ref refs app apps sec secs pop temp temps rep
    rev gal gals max min cap caps tog lit sing pub med gen dan sam tim phil pet tit mal mark info int disc alt alas
    def prob prop auth sir ann job doc docs ed mon org p k l m n s t g c fur is mo me ark
    """
)

# Read anywhere in a text, with their full stop.
SPOKEN = table(
    """
    Wm. = William
    Geo. = George
    Chas. = Charles
    Thos. = Thomas
    Jas. = James
    Jos. = Joseph
    Robt. = Robert
    Edw. = Edward
    Benj. = Benjamin
    Saml. = Samuel
    Danl. = Daniel
    Jno. = John
    Fredk. = Frederick
    Richd. = Richard
    Nathl. = Nathaniel
    Margt. = Margaret
    Eliz. = Elizabeth
    Temp. = temperature
    Cpt. = Captain
    Brig. = Brigadier
    Ens. = Ensign
    Pfc. = Private First Class
    Msgt. = Master Sergeant
    Ssgt. = Staff Sergeant
    Lieut. = Lieutenant
    Asst. asst. = assistant
    Chmn. = Chairman
    Treas. = Treasurer
    Abp. Archbp. = Archbishop
    Bp. = Bishop
    Cllr. = Councillor
    Mfr. mfr. = manufacturer
    Mfrs. mfrs. = manufacturers
    Hts. = Heights
    Terr. = Territory
    Trl. = Trail
    Pk. = Park
    Plz. = Plaza
    Xing. = Crossing
    Ctr. = Center
    Expy. = Expressway
    Fwy. = Freeway
    Tpke. = Turnpike
    pkwy. = Parkway
    hwy. = highway
    Rte. rte. = Route
    Jct. = Junction
    Stn. = Station
    Twp. = Township
    Cty. = County
    Mtn. = Mountain
    Mtns. = Mountains
    Isls. = Islands
    Isl. = Island
    Hbr. = Harbor
    Spgs. = Springs
    bldg. = building
    Bldgs. bldgs. = buildings
    apt. = apartment
    Apts. apts. = apartments
    rd. = road
    blvd. = boulevard
    Depts. depts. = departments
    Univs. univs. = universities
    Acad. = Academy
    Inst. = Institute
    Coll. = College
    Soc. = Society
    Fdn. = Foundation
    Cmte. cmte. = committee
    Commn. = Commission
    Assocs. = Associates
    Mgmt. mgmt. = management
    Mgr. mgr. = manager
    mktg. Mktg. = marketing
    acctg. Acctg. = accounting
    accts. Accts. = accounts
    Acct. = account
    appt. Appt. = appointment
    appts. Appts. = appointments
    mtg. Mtg. = meeting
    mtgs. Mtgs. = meetings
    hdqrs. Hdqrs. = headquarters
    Avg. = average
    Misc. = miscellaneous
    Excl. = excluding
    Incl. = including
    Resp. = respectively
    prev. Prev. = previous
    orig. Orig. = original
    curr. = current
    prelim. = preliminary
    reqd. req'd. = required
    rec'd. recd. rcvd. Rec'd. = received
    betw. btwn. = between
    abt. = about
    esp. Esp. = especially
    circ. = circa
    perf. = performed
    repr. = reprinted
    suppl. = supplement
    subj. = subject
    ibid. Ibid. = ibid
    loc. = loc
    anon. Anon. = anonymous
    bibliog. = bibliography
    encycl. = encyclopedia
    transl. Transl. = translated
    Ala. = Alabama
    Alta. = Alberta
    Ida. = Idaho
    Kans. = Kansas
    Nebr. = Nebraska
    Oreg. = Oregon
    Penna. = Pennsylvania
    Wisc. = Wisconsin
    Wyo. = Wyoming
    Ont. = Ontario
    Que. = Quebec
    Sask. = Saskatchewan
    Nfld. = Newfoundland
    Cambs. = Cambridgeshire
    Glos. = Gloucestershire
    Hants. = Hampshire
    Herts. = Hertfordshire
    Lancs. = Lancashire
    Leics. = Leicestershire
    Lincs. = Lincolnshire
    Middx. = Middlesex
    Northants. = Northamptonshire
    Notts. = Nottinghamshire
    Oxon. = Oxfordshire
    Staffs. = Staffordshire
    Warks. = Warwickshire
    Wilts. = Wiltshire
    Worcs. = Worcestershire
    Civ. = Civil
    Crim. = Criminal
    Evid. = Evidence
    Rptr. = Reporter
    Bankr. = Bankruptcy
    Sess. = Session
    Att'y. = Attorney
    Comm'n. = Commission
    Comm'r. = Commissioner
    Amer. = American
    Brit. = British
    Ger. = German
    Ital. = Italian
    Gk. = Greek
    spp. = species
    subsp. ssp. = subspecies
    cv. = cultivar
    adj. = adjective
    adv. = adverb
    conj. = conjunction
    interj. = interjection
    pron. = pronoun
    fem. = feminine
    masc. = masculine
    colloq. = colloquial
    abbr. abbrev. = abbreviation
    pizz. = pizzicato
    cresc. = crescendo
    decresc. = decrescendo
    rit. ritard. = ritardando
    accel. = accelerando
    stacc. = staccato
    vln. Vln. = violin
    vla. = viola
    vcl. = cello
    bsn. = bassoon
    tpt. = trumpet
    trb. tbn. = trombone
    timp. = timpani
    perc. = percussion
    pno. = piano
    orch. = orchestra
    tog. = together
    patt. = pattern
    foll. = following
    rnds. = rounds
    rnd. = round
    inj. = injection
    dx. = diagnosis
    hx. = history
    freq. = frequency
    tot. = total
    Bal. bal. = balance
    pd. = paid
    pmt. Pmt. = payment
    pmts. = payments
    pfd. = preferred
    addr. = address
    m.p. = melting point
    b.p. = boiling point
    """
)
# Names of several abbreviations; part of the rule that reads them first.
PHRASES = table(
    """
    Pub._L. = Public Law
    Fed._R._Civ._P. = Federal Rule of Civil Procedure
    Fed._R._Crim._P. = Federal Rule of Criminal Procedure
    Fed._R._App._P. = Federal Rule of Appellate Procedure
    Fed._R._Evid. = Federal Rule of Evidence
    Fed._R._Bankr._P. = Federal Rule of Bankruptcy Procedure
    Fed._Reg. = Federal Register
    Cong._Rec. = Congressional Record
    S._Ct. Sup._Ct. = Supreme Court
    F._Supp. = Federal Supplement
    Op._Att'y_Gen. = Opinion of the Attorney General
    Lt._Gov. = Lieutenant Governor
    Lt._Col. = Lieutenant Colonel
    Lt._Gen. = Lieutenant General
    Lt._Cmdr. Lt._Cdr. = Lieutenant Commander
    Maj._Gen. = Major General
    Brig._Gen. = Brigadier General
    Sgt._Maj. = Sergeant Major
    Sgt._1st_Class = Sergeant First Class
    Atty._Gen. Att'y_Gen. = Attorney General
    Assoc._Prof. = Associate Professor
    Asst._Prof. = Assistant Professor
    Rt._Rev. = Right Reverend
    Rt._Hon. = Right Honorable
    Dep._Sec. = Deputy Secretary
    Dist._Atty. = District Attorney
    Univ._Press = University Press
    ref._no. = reference number
    Ref._no. Ref._No. = Reference number
    ser._no. Ser._No. Serial_No. = serial number
    acct._no. Acct._No. = account number
    tel._no. Tel._No. = telephone number
    cat._no. Cat._No. = catalog number
    op._cit. = op cit
    loc._cit. = loc cit
    et_seq. = et seek
    et_al. = et al
    rev._ed. Rev._ed. = revised edition
    sp._nov. = species nova
    gen._nov. = genus novum
    fl._oz. = fluid ounces
    """
)
