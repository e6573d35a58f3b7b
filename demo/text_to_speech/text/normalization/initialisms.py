"""Tables of words in capitals: initialisms that are read by letter, acronyms that are words, names of two letters.

An initialism without a vowel ("FBI") is read by letter wherever it stands and is in no table. The tables are about
those that could be pronounced, and about words that are both.
"""

from ..word_sets import word_set
from .tables import SPELT

# Initialisms that could be pronounced, or that the dictionary has as words, and are read by letter all the same: states
# and bodies; offices and law; armies; science and medicine; business and money; computers; media and sports; schools;
# transport; chat and letters.
INITIALISMS = SPELT | word_set(
    """
    UAE USSR DRC GDR FRG EEC EEA IMF ILO IAEA IOC IRA PLO PKK ETA ANC AU UNHCR UNDP UNEP WHO WTO OECD OAS OAU ESA EU
    ECB ECJ ICJ ICC IPCC NGO NGOs SNP DUP AFD SPD CDU FBI CIA NSA DEA ATF EPA FDA FAA FCC FEC FTC IRS SEC DOE DOJ DOD
    DHS DMV GAO GSA HHS OMB SBA SSA TSA USDA USPS USAID VA NEA NEH NIH NTSB OPM CBO CBP LAPD NYPD MP MPs MEP CPS CPI
    ACLU AARP AFL CIO ADA AMA ABA APA IRAs EEOC GOP DA DAs AG POW POWs MIA KIA DUI DWI LLC LLP IPO IPOs CEO CEOs CFO
    COO CTO CMO EVP SVP VP HR ERA RBI ERAs OBP OT TKO KO AFC NFC NBA NFL NHL MLB MLS NCAA PGA LPGA ATP WTA UFC WWE EPL
    UEL USMC USAF USN USS HMS RAF RN IED IEDs ICBM UAV UAVs APC AK SUV SUVs ATV UFO UFOs CO NCO NCOs EOD MRE AC DC AI
    ADHD ALS AML BMI COPD CBT CPR DNA RNA EEG EKG ECG ENT ER ERs GI ICU IQ IV IVF IUD MD MDs MRI OB OCD OTC PA PMS
    PTSD RNs STD STDs STI TB UTI UV DOA DOB EMT EMTs EMS HIV HMO PPO AED BP EPS ETF ETFs FX GDP GNP IOU IOUs IRR KPI
    LBO NAV P2P REO ROA ROE ROI SOE SOEs UPC UPS VAT VC YTD YOY API APIs ACL AOL AWS CLI CSS CSV CPU DHCP DLL DNS DPI
    EOL EXE FAQ FPS GPU GUI IDE IDEs IO IOT IP IPs ISP ISO IRC LED LEDs MMO MMORPG NPC OCR OEM OS OSS OSX OSI PDA PDAs
    QA RPG RSA SAAS SSD SSH SSO TCP UDP UI UX URI URIs URL USB UTF UUID VOIP VR AR XR IMEI OTP OTA ABC AMC AP AFP BBC
    CNBC CBC CBS CNN ESPN FM HBO ITN ITV MGM MTV NBC NPR PBS REM UPI USA TV TVs DVD DVDs VHS LP LPs EP EPs CD CDs DJ
    DJs MC MCs VIP VIPs BA BS BSC BEd MA MBA MIT UCLA USC UNC UT UVA NYU LSE CUNY SATs GRE GPA GED GCSE IB ESL EFL PTA
    PTO RA TA TAs BMW GM GMC VW AAA JFK LAX LGA ORD ATL DFW SFO SJC IAD BOS EWR HOV RV RVs EV EVs MPG MPH AA US UK AKA
    ASAP ATM ATMs BFF BLT BYO BYOB CC COB COD DIY EOB EOM EOW ETD FAO FYI GMO GMOs HOA HOAs IMO LOA NDA NDAs OOO OTOH
    POA PS QED RIP RSVP SASE SOP SOPs SOS TBA TBC TBD TGIF TLC VIN WFH XOXO
    """
)
# Of these, those that are words when they stand among other words in capitals ("THE LED LIGHT" is no such place).
ALSO_WORDS = word_set(
    "ABS AD ALS CAD COB COD COO DOE ERA ETA LED MIA REM RIP SEC SOP VIN ADA IRA AMA GRE TIA RAS"
)
# Names of two letters, which are read as names among other words in capitals.
SHORT_NAMES = word_set("AL BO CY DI ED JO LI LU MO OZ PO TY VI WU XI YU HU MA LE LO DU DE LA EL ST VAN BE")
# Names of three letters that no dictionary here has in this spelling.
NAMES = word_set(
    """
    ABE ALI AMI AMY ANN ASA ASH AVA AXL BEA BEN DEB DEE DOT ELI EMA EVA EVE FAY GIO GUS HAL IAN IDA INA IVY JAE JEN
    JIA KAI KAY LEA LEE LEN LEO LIA LIZ LIV LOU MAE MAX MEG MEL NED NIA NOA OLE PIA RAE RAY RIO ROB ROD RON ROY RUE
    SAL SIA SID SUE TEA TED UMA UNA URI VAL VIC WES ZAC ZIA ZOE SONY NOKIA ASUS ACER OPPO XBOX AMEX
    """
)
# Short forms of days, which are read in full.
DAYS = {
    "MON": "Monday", "TUE": "Tuesday", "TUES": "Tuesday", "WED": "Wednesday", "THU": "Thursday", "THUR": "Thursday",
    "THURS": "Thursday", "FRI": "Friday",
}  # fmt: skip
