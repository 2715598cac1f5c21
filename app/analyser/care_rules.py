"""The table of words behind the care check: rules and the context that softens them (idioms: `care_idioms.py`).

Decides nothing; `care.py` says in which order they are tried, and its tests hold an example for nearly every line.
All rules meet text in lower case with straight quotes and single blanks, one clause at a time.
"""

import re


def any_of(*options: str) -> str:
    """One pattern that matches any of the options."""
    return f"(?:{'|'.join(options)})"


_STEMS = """
kil unaliv kms die dying dead death suic suis sucid susid harm hurt cut life lief lfie liv exist wake sleep born slit
wrist rope razor blade surviv wok hang hung shoot shot drown burn stab starv punish punch poison injur mutilat overdos
pills tablets meds bridge roof building balcony cliff ledge train goodbye jump disappear scratch slash carv without
"""
_PHRASES = """
front of|off the road|end it|ending it|end everything|ending everything|better off|go on|going on|carry on|a plan
letters|paracetamol|medic|bleach|gun|noose|heaven|misery|suffering|see tomorrow|another day|be around|whole bottle
standing on|worry about me|worth it|bleed|it all to|be here|wasn't here|wasnt here|weren't here|werent here
not here|not around|aliv|off my|if i was gone|if i were gone|hit my|bang my|the night|hit by|struck by|run over|make it
"""
STEMS = (*_STEMS.split(), *_PHRASES.strip().replace("\n", "|").split("|"))
"""What a text must contain before the rules are tried at all: most texts stop here."""

# Words that the rules share.
MYSELF = any_of("my ?self", "meself", "myslef", "my sefl", "mysef", "mysel")
_OTHERS = any_of("him ?self", "her ?self", "them ?sel(?:f|ves)", "your ?self", "one ?self", "our ?selves")
_SUICIDE = r"su+i?[cs]+i?d(?:e|al|el|ial|le|ality)?s?"
_SOFTLY = r"(?:(?:just|really|so|still|badly|literally|honestly|seriously|actually|kinda|only|to|fucking|bad) )*"
_ON_PURPOSE = any_of(
    "again", "on purpose", "deliberately", "intentionally", "to (?:feel|cope|punish|numb)", "until", "because"
)
_LATELY = any_of("last night", "tonight", "today", "yesterday", "this (?:morning|week|evening)", "every")
_ME = r"\b(?:i|i'm|i've|i'd|i'll|im|ive|me|my (?:head|mind|brain|thoughts?|plan|body))\b"
FROM_ME = rf"{_ME}(?:(?!{_ME})[^.!?;]){{0,60}}"
"""From a word for oneself up to the next one, so that no character is read twice however often "i" is said."""
_I = rf"(?:^|{FROM_ME}?)"
_I_AM = r"\bi(?:'m| am|m|'ve been|ve been| have been| was) "
_I_DID = (
    r"(?:^|\bi(?:'ve|ve| have)? )"
    r"(?:(?:relapsed|slipped(?: up)?|caved|gave in|broke down|panicked|got drunk) and (?:i )?)?"
)
_END = (
    r"(?= *(?:any ?more|any longer|anymor)\b| *$| *[,!?.]| (?:and|but|because|so (?:i|why|what)|right now|at all|"
    r"today|tonight|now)\b)"
)
_DONT = r"(?:don't|do not|never|didn't|no longer|not)"
_LIVE = any_of(
    *("live", "living", "be living", "go on living", "keep living", "be alive", "being alive", "exist", "existing"),
    "stay alive",
)
_INTENT = any_of(
    *("want(?:ing|ed)?(?: to| 2)?", "wanna", "wana", "wnt to", "need(?:ing)? to", "going to", "gonna", "gunna", "gon"),
    *("plan(?:ned|ning)? (?:to|on|out how to|how to)", "about to", "ready to", "try(?:ing)? to", "tried to", "tried"),
    *("wish(?:ing)?(?: (?:i|to))?(?: could| would)?", "feel(?:ing)? like", "felt like", "think(?:ing)? (?:about|of)"),
    *("thoughts? (?:of|about)", "tempted to", "urges? to", "compulsion to", "will", "might", "may", "could", "should"),
    *("have to", "gotta", "consider(?:ing|ed)?", "contemplat\\w+", "dream(?:ing)? (?:of|about)", "imagin\\w+"),
    *("fantasi\\w+ (?:of|about)", "hop(?:e|ing) to", "decided to", "intend to", "can't stop", "keep", "kept", "i'll"),
    *("i'd", "(?:afraid|scared) i(?:'ll| will| might| may)", "how to", "ways? to", "let me", "rather", "better"),
    *("started", "start"),
    *("back to", "relapsed(?: and| by)?"),
)
_SURE_ACT = any_of(
    rf"(?:kil+|kll|unalive|hang|drown|poison)(?:ing)? {MYSELF}",
    rf"(?:take|taking) my (?:own (?:life|lfie|lief)|(?:life|lfie|lief){_END})",
    *("end(?:ing)? my (?:own )?(?:life|lfie|lief)", "end(?:ing)? it all"),
    *("slit(?:ting)? my (?:own )?(?:wrists?|throat)", "cut(?:ting)? my wrists?", "kil+ me self"),
)
_HEIGHT = any_of(
    *("bridge", "roof", "building", "balcony", "cliff", "train", "bus", "lorry", "truck", "traffic", "tree", "wall"),
    *("ledge", "overpass", "road", "motorway", "highway"),
)
# Pills as the doctor ordered are no act: they are a mention at most.
_NOT_AS_TOLD = (
    r"(?! (?:for (?:the|my|a)\b|as\b|like\b|with (?:my |some |a )?(?:breakfast|lunch|dinner|food|water|milk|meals?)|"
    r"on time|every\b|(?:twice|once) a\b|daily|(?:before|after) (?:breakfast|lunch|dinner|food|meals?))"
    r"|(?<=meds) (?:today|this (?:morning|week)|already)\b)"
)
_UNSURE_ACT = any_of(
    rf"(?:hurt|harm|cut|shoot|stab|burn|injure|starve|overdose|punish|off)(?:t?ing)? {MYSELF}",
    *("self[- ]?harm(?:ing)?", "cut(?:ting)?(?= *(?:again)? *$)", "overdos(?:e|ing)", "kms"),
    r"(?:take|taking|swallow(?:ing)?) (?:all (?:of )?|every one of )(?:my|the|these|those) (?:\w+ )?(?:pills|"
    rf"tablets|meds){_NOT_AS_TOLD}",
    r"(?:jump(?:ing)?|step(?:ping)?|throw(?:ing)? myself|walk(?:ing)?|driv(?:e|ing)(?: \w+ \w+)?) "
    rf"(?:(?:off|from|in front of|into) (?:a|the|that|this|my|an) (?:\w+ )?{_HEIGHT}|under (?:a|the) (?:train|"
    rf"bus|lorry|truck))",
    r"end(?:ing)? (?:everything|(?:it|things) (?:for good|forever|tonight|now|with (?:\w+ )?(?:pills|gun|rope|knife)))",
    rf"(?:commit(?:ting)? )?{_SUICIDE}(?! (?:prevent|hotline|awareness|rate|helpline|watch|research|training|"
    rf"bomb|attack|squad))",
)
# One who only fears to wake up ill or late does mean to wake up.
_FOR_GOOD = (
    r"(?!(?: tomorrow| again| in the morning)? (?:with|sick|ill|tired|early|late|feeling|hung|hungry|sore|before|until|"
    r"till|on|during|next|at\b(?! all)|in (?:the middle|a|pain(?! ever))|so (?:tired|sick|late|early)|"
    r"to\b(?! another| this))\b)"
)
_DIE = any_of(
    *("die", "be dead", "dying", "being dead", "not exist", "stop existing", "cease to exist", "not be alive"),
    *(f"never wake up(?: again)?{_FOR_GOOD}", f"not wake up{_FOR_GOOD}"),
)
_GONE = any_of(
    *("kill(?:ed)? myself", "died?", "(?:was|were) (?:dead|gone)", "disappeared", "ended it"),
    r"(?:was|were)(?:n't| not) (?:alive|(?:here|around)(?! (?:for|on|at|to|by|when|while|during|all|every|so)\b))",
)
SKIN = any_of("arms?", "wrists?", "legs?", "thighs?", "skin", "stomach", "body")
_MY_SKIN = (
    rf"(?:up )?my (?:own )?{SKIN}\b"
    r"(?! (?:fat|weight|hair|hours?|days?|size|workouts?|exercises?|count|off|out of|from)\b)"
    r"(?![^.!?]*\b(?:sun\w*|cream|lotion|serum|shav\w+|wax\w*|accident\w*|oven|stove|grill|cooking|baking|gym|"
    r"squats|bike|pilates|yoga|running|workouts?|retinol|brambles)\b)"
)

_PILLS = any_of("pills", "tablets", "meds", "paracetamols?", "antidepressants", "sleeping pills", "painkillers")
_MEANS = any_of(_PILLS, "ropes?", "noose", "gun", "razors?", "blades?", "knife")
_TOO_MANY = any_of(
    *(
        r"all (?:of )?(?:my|the|these|those)",
        r"every one of (?:my|the)",
        "too many",
        "so many",
        "dozens? of",
        "a dozen",
    ),
    r"(?:a|the) (?:whole |full |entire )?(?:bottle|handful|packet|pack|box) of",
    *(r"(?!\d+ m)\d{2,}", "(?:a )?(?:load|lot|bunch)s? of", "ten", "twelve", "fifteen"),
    "(?:twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety)",
)
_AT_HAND = r"(?:ready|waiting|lined up|laid out|in my hand)(?! (?:at|to(?! go| use| do)|for)\b)\b"
_NOT_AT_ONCE = r"(?! (?:back|home|to (?:the|my|a|work)|out|away|along|(?:this|last|over the|in a) (?:month|year))\b)"
_ONLY_KMS = (
    r"(?:^|, )(?:(?:i|i'm|im|just|ugh|omg|lol|fml|tbh|honestly|please|literally|might|should|so|and) )*kms"
    r"(?: (?:lol|now|rn|please|fr|tbh|omg|already|tonight|today))*$"
)

# The rules: the first that fits gives the level.
EXPLICIT = tuple(
    re.compile(rule)
    for rule in (
        # to end one's life, to hurt oneself: wished, planned or done of late
        rf"\b{_SURE_ACT}",
        rf"{_I}{_SOFTLY}\b{_INTENT} {_SOFTLY}(?:\w+ ){{0,4}}?{_UNSURE_ACT}\b",
        rf"{_I_AM}{_SOFTLY}(?:self[- ]?harming|cutting (?:{MYSELF}|again)|"
        rf"(?:hurting|harming|burning|starving) {MYSELF})",
        rf"(?:{_I_AM}{_SOFTLY}|\b(?:keep|kept|started|can't stop|back to|used to) )(?:cut|burn|slash|carve?|slit)"
        rf"(?:t?ing)? {_MY_SKIN}",
        rf"\bi {_SOFTLY}(?:cut|hurt|harmed|burned|burnt|harm) {MYSELF} {any_of(_ON_PURPOSE, _LATELY, 'so that')}",
        rf"{_I_DID}{_SOFTLY}(?:cut|burned|burnt|slash(?:ed)?|scratch(?:ed)?|"
        rf"carved?) (?:up )?my (?:own )?{SKIN}\b[^.!?]{{0,30}} "
        rf"{any_of(_ON_PURPOSE, _LATELY, 'when i')}",
        rf"\bi {_SOFTLY}(?:punch|hit|bang|bite|scratch)(?:ed)? (?:{MYSELF}|my head)\b[^.!?]{{0,30}} {_ON_PURPOSE}",
        rf"{_I_DID}{_SOFTLY}self[- ]?harm(?:ed)? (?:again|{_LATELY})|{_I_DID}(?:attempted|tried) {_SUICIDE}\b|"
        rf"\bi self[- ]?harm\b|\bi (?:almost|nearly) (?:killed|hanged) {MYSELF}\b",
        rf"{_I_DID}{_SOFTLY}cut (?:again|{_LATELY})(?= *$| *[,!?.]| and\b| because\b| again\b)|{_ONLY_KMS}",
        rf"\b{MYSELF} to death\b|{_I}{_SOFTLY}\b{_INTENT} {_SOFTLY}(?:bleed|freeze|choke|suffocate|drink)(?:ing)? "
        r"(?:out\b|to death)",
        rf"\bi {_SOFTLY}cut {MYSELF}\b[^.!?]{{0,30}} {any_of(_ON_PURPOSE, _LATELY)}\b",
        rf"\bi {_SOFTLY}cut {MYSELF} on (?:my|the) (?:\w+ )?(?:thighs?|wrists?|hips?)\b"
        r"(?![^.!?]*\b(?:shaving|accident\w*)\b)",
        # with means at hand, and for those who stay behind
        rf"{_I_DID}{_SOFTLY}(?:took|taken|swallowed) {_TOO_MANY} (?:\w+ )?{_PILLS}\b{_NOT_AS_TOLD}{_NOT_AT_ONCE}",
        rf"\b(?:i have|i've(?: got)?|my) (?:a |the |made a )?plan (?:and\b[^.!?]{{0,30}}|with (?:the |my |these )?)"
        rf"\b{_MEANS}\b{_NOT_AS_TOLD}",
        rf"\b{_MEANS} (?:is|are) (?:all )?{_AT_HAND}|"
        rf"\bi(?: have|'ve|ve)(?: got)? (?:a |the |my |enough |all (?:the|my) )(?:\w+ )?{_MEANS} (?:all )?{_AT_HAND}",
        rf"\b(?:sav(?:ed|ing)|stockpil(?:ed|ing)|hoard(?:ed|ing)) "
        rf"(?:up )?(?:all )?(?:my |the |enough )?(?:\w+ )?{_PILLS}\b",
        r"\b(?:letters?|notes?|goodbyes?|messages?)\b[^.!?]{0,40} for (?:when|after) i(?:'m gone| am gone| die|"
        rf"'m dead| am dead){_END}",
        rf"{_I_DID}{_SOFTLY}(?:cut|hurt|harmed|burned|burnt|stabbed) {MYSELF} with (?:a |my |the |some )?(?:\w+ )?"
        rf"(?:(?:cigarette|razor|blade)s?\b|(?:lighter|match(?:es)?|needle|pin|scissors|knife) {_LATELY}|"
        rf"\w+ {_ON_PURPOSE})",
        rf"\b(?<!don't )(?:want to|wanna|going to|gonna|need to|urges? to|tempted to) {_SOFTLY}(?:cut|burn|slash|slit|"
        rf"carve) (?:up )?my (?:own )?{SKIN}\b|\bi(?:'ve| have) been {_SOFTLY}cutting{_END}",
        rf"\bi {_SOFTLY}(?:have |'ve )?overdosed(?! on (?!{_PILLS}|my\b|the\b))|"
        r"\b(?<!he )(?<!they )(?:took|swallowed) (?:the|a) whole "
        rf"bottle{_END}|\bi {_SOFTLY}(?:drank|swallowed) (?:the |some )?(?:bleach|antifreeze|poison|detergent)\b",
        rf"\bhow (?:many|much) {_PILLS}[^.!?]{{0,30}} (?:die|kill)\b|\bways? (?:to die|of dying|to kill {MYSELF})\b|"
        r"\bif i had a gun\b|\b(?:gun|noose) in my hands?\b",
        rf"{_I}{_SOFTLY}\b(?:want to|wanna|going to|gonna|ready to) {_SOFTLY}drown(?:{_END}| in (?:the|a) (?:sea|river|"
        r"lake|bath|ocean|canal)\b)|\bwant (?:\w+ ){1,2}to kill me\b",
        # to be dead, not to live
        rf"\b(?:want to|wanna|going to|gonna|ready to|decided to) {_SOFTLY}(?:stop|quit) "
        rf"(?:living|existing|being alive){_END}|"
        rf"\b(?:done|finished) (?:with )?(?:living|being alive){_END}|\bhate (?:being alive|existing){_END}",
        r"\bwish i (?:didn't|did not|could stop) exist\w*|\b(?:happier|better) dead\b|"
        rf"\bwant to {_SOFTLY}(?:(?:go to sleep|fall asleep|sleep|close my eyes) and (?:never|not) wake up|"
        r"fall asleep forever)",
        rf"\bi never want to wake up{_END}|\b(?:don't|do not) want to see (?:tomorrow|another day|the morning){_END}",
        r"^(?:feeling |so |really |very |still )*suicidal(?: again| today| tonight| right now)?$",
        rf"{_I}{_SOFTLY}\b(?:want|wanna|wana|wnt|wish|wishing|wanting|ready|going|like|rather|deserve|hope|"
        rf"hoping|need|long|wanted|"
        rf"longing|wait|prefer)(?: to| 2)? (?:i (?:could |would |'d )?)?{_SOFTLY}{_DIE}\b|"
        rf"\ball i want is (?:to )?{_DIE}\b",
        r"\bwish(?:ing)? (?:that )?(?!i\b|my\b)(?:\w+ ){1,4}(?:would|could|'d) (?:just )?kill me\b",
        r"\b(?:can't|cannot) wait (?:until|till|for when) i(?:'m| am)? (?:finally )?(?:die|dead)\b|"
        r"\b(?:before|until|when|if) i die (?:tonight|today|tomorrow)\b",
        r"\bi should (?:just |probably |really )?die\b|\b(?:want|wish|hope|need|ready for|wanted)(?: for)? (?:my|this) "
        r"life (?:to |would |was |were |is )?(?:just )?(?:end(?! up)|ended|(?:be )?over(?! the)|stop(?! \w+ing\b))\b",
        r"\b(?:it|life)(?:'s| is)?(?: just| really)? (?:not|isn't) worth (?:it )?living"
        r"(?! (?:in|here|there|with|near|at)\b)",
        rf"\bno (?:point|reason|use|sense) (?:for me )?(?:in |to )?(?:going on|go on|keep going|keeping going){_END}",
        rf"\bwish(?:ing|ed)? (?:that )?i(?:'d| could| would| was| were| am| had) {_SOFTLY}(?:dead|die|died|"
        rf"be dead|never wake up{_FOR_GOOD}|not wake up{_FOR_GOOD}|"
        r"not alive|(?:go to )?sleep forever|(?:go to sleep|fall asleep|close my eyes) and (?:never|"
        r"not) wake up)\b",
        rf"\bwish(?:ing|ed)? (?:that )?i (?:just )?(?:never|had never|had not|hadn't) (?:wok(?:e|en)|wake) up{_END}",
        r"\bwish(?:ing|ed)? (?:that )?i (?:wasn't|weren't|was not|were not) (?:alive|(?:here|"
        r"around) any ?(?:more|longer))\b",
        rf"\b{_DONT} (?:really |even |actually )?(?:want|wanna|wish|feel like|wanted)(?: to)? {_SOFTLY}{_LIVE}{_END}",
        rf"\bi (?:just |really )?(?:{_DONT} deserve to|shouldn't|should not) (?:live|be alive|exist){_END}",
        r"\b(?:can't|cannot|can not) (?:live|keep living|go on living|be alive) (?:any ?more|any longer)\b",
        r"\b(?:tired|sick) of (?:living|being alive|existing)(?= *(?:any ?more)?(?:$|[,!?.]| and\b| but\b))",
        r"\b(?:don't|do not|never) (?:ever )?want to wake up (?:again|any ?more|ever|tomorrow)\b",
        r"\b(?:hope|pray|wish|hoping|praying|wishing)(?: \w+){0,3} i (?:just )?(?:don't|do not|never|won't|"
        rf"wouldn't) (?:ever )?wake up\b{_FOR_GOOD}",
        r"\b(?:(?:don't (?:think|know if)|not sure|doubt) i(?:'ll| will| can| could|'m going to)|"
        r"i(?:'m|m)? (?:won't|can't|not going to)) (?:even )?"
        r"(?:make it (?=through|to |until|till|past)|survive |last |live )"
        r"(?:(?:through|to|to see|until|till|past) )?"
        rf"(?:the night|tonight|tomorrow|(?:the|tomorrow) morning|another (?:day|night)){_END}",
        rf"\bi(?:'ve|ve| have|'m|m| am)? (?:just |really )?(?:got |have )?(?:lost|losing|no) (?:all |the |my |any )*"
        rf"(?:will|wish|desire) to {_LIVE}{_END}",
        r"\b(?:hop|wish|want)(?:e|ing|ed)? (?:(?:that )?i (?:would |could |'d )?|to )(?:just )?(?:get|got|be|was|were) "
        rf"(?:hit|run over|struck|crushed) by (?:a |an |the )?(?:\w+ )?(?:car|van|lightning|{_HEIGHT})\b",
        r"\bi(?:'d| would|'m| am)? (?:be |just be )?better off dead\b|\bi should (?:be|just be) dead\b",
        r"\bi (?:dream|fantasi[sz]e) (?:of|about) (?:dying|being dead)\b|\bhope i\b[^.!?]{0,30} die\b",
        r"\b(?:let me|why (?:can't|cannot|don't) i) (?:just )?die\b",
        rf"\b(?:don't think|not sure|don't know (?:if|that)|doubt) i (?:even )?(?:want|wanna)(?: to)? {_LIVE}{_END}",
        r"\bdeath (?:would be|sounds like|seems like|feels like) (?:a )?(?:relief|release|better|peace\w*|easier)\b",
        rf"\b(?:death|dying|{_SUICIDE}) (?:is|feels|seems|looks|sounds)(?: like)? (?:the|my) (?:only|best|easiest) "
        rf"(?:way(?: out)?|option|answer|solution|escape|choice){_END}|\bonly (?:way out|option|escape)(?: left)?"
        rf"(?: for me)? (?:is|seems)(?: to be)?(?: to)? (?:death|die|dying|{_SUICIDE}){_END}",
        rf"\b(?:better off|better place|better|happier|easier) without me{_END}",
        rf"\b(?:miss me|care|notice|happier|better|better off|easier|relieved)\b[^.!?]{{0,20}} if i (?:just )?{_GONE}",
        rf"\bif i (?:just )?{_GONE}(?: tomorrow| tonight)?,? (?:(?:nobody|no one|no-one) would\b|"
        r"(?:everyone|everybody|people|they|others|you|the world|it|life|things|my \w+)(?: would|'d| will|'ll) "
        r"(?:(?:all|just|probably|finally|be|feel|much|so) )+"
        rf"(?:happier|relieved|better off|(?:better|easier)(?: for \w+(?: \w+)?)?{_END}))",
        rf"\b(?:no|see (?:the|a|any)|what's the|what is the) (?:reason|point) (?:for me )?(?:to|in|of) {_LIVE}{_END}",
        r"\bnothing (?:left )?to live for\b|\blife (?:isn't|is not|is no longer|isnt|just isn't|"
        r"doesn't feel) worth living\b",
        # the word itself, of oneself
        rf"\bi(?:'m| am|m|'ve been| feel| have been| felt| was|'m feeling|"
        rf" am feeling) {_SOFTLY}(?:feeling )?(?:\w+ )?{_SUICIDE}\b"
        r"(?! prevent)",
        rf"\b(?:i have|i've|i'm having|i keep having|i get|my|having) {_SOFTLY}(?:\w+ )?{_SUICIDE} "
        r"(?:thoughts?|ideation|urges?|plans?|note|feelings?|again)",
        rf"\b{_SUICIDE} (?:feels|seems|looks|is|sounds) (?:like )?(?:the|my) (?:only|best)\b",
    )
)
MENTION = tuple(
    re.compile(rule)
    for rule in (
        rf"\b{_SUICIDE}\b|\bself[- ]?(?:harm\w*|injur\w+|mutilat\w+)\b|\boverdos(?:e|ed|ing)\b|\bgoodbye (?:note|"
        rf"letter)s?\b",
        rf"\b(?:kil+|hang|cut|harm|hurt|drown)(?:ed|t?ing|s)? {any_of(MYSELF, _OTHERS)}\b|\b(?:hung|shot) {_OTHERS}\b",
        r"\b(?:took|take|taking|takes) (?:his|her|their|your|one's) (?:own )?(?:life|lives)\b",
        r"\bend(?:ed|ing|s)? (?:his|her|their|your|one's|my) (?:own )?(?:life|lives)\b",
        r"\b(?:wish(?:es|ed)?|better if) (?:that )?(?:i|he|she|they|i'd|he'd|she'd) (?:was|were|had|have)? ?(?:never|"
        rf"not) (?:been |being )?born\b|\bi should(?:n't| not| never) (?:ever )?(?:have|'ve) (?:ever )?been born{_END}",
        rf"\b(?:no|los(?:t|ing) (?:the|his|her|their|my|all)) will to {_LIVE}{_END}",
        rf"\b(?:cut|slash|carv)t?ing (?:up )?(?:my|his|her|their) (?:own )?{SKIN}{_END}",
        r"\b(?:wants?|wanted|wanting|wishe?s?|wishing) (?:to )?(?:just )?(?:die|be dead)\b",
        r"\bwant to (?:just )?disappear (?:forever|for good|completely|from this (?:world|earth))\b",
        rf"\b{_INTENT} (?:end it|ending it)(?= *(?:$|[,!?.]))",
        r"\b(?:don't|do not|didn't) (?:really )?want to (?:be here (?:any ?more|any longer)|live like this)\b",
        r"\b(?:can't|can not|cannot) go on(?: like this| any ?more| any longer| living)?(?= *(?:$|[,!?.]))",
        rf"\b(?:doesn't|didn't|not) want(?:ing)? to (?:live|be alive|exist){_END}",
        rf"\bi {_SOFTLY}(?:cut|slash(?:ed)?|carved?) (?:up )?my (?:own )?{SKIN}\b",
        rf"\b{_UNSURE_ACT}\b(?<!cutting)(?<!cut)(?<!kms)",
        rf"\b(?:i|i've|ive|i have) {_SOFTLY}(?:took|taken|swallowed) {_TOO_MANY} (?:\w+ )?"
        rf"(?:{_PILLS}|medications?|medicines?)\b{_NOT_AT_ONCE}",
        rf"(?:^|\b(?:i'm|im|am|feel|feeling|so|just|all|really|completely|totally|being) )done with (?:life|my life|"
        rf"this life){_END}|\b(?:out of|leave) this life\b|\bcan't live like this\b|"
        r"\bi think about (?:dying|death) (?:all|every|a lot|constantly)|"
        r"\b(?:someone|somebody|please) (?:please )?kill me\b",
        r"\bgoodbye (?:everyone|everybody|world|forever|all)\b|\bthis is goodbye\b|\bi(?:'d| would) be dead\b|"
        r"\bi won't be (?:here|around) (?:tomorrow|much longer|for long)\b|\bworry about me any ?(?:more|longer)\b",
        r"\bstanding on (?:the|a) (?:bridge|ledge|roof|edge)\b|\b(?:going to|gonna|about to|want to) jump"
        r"(?= *(?:$|[,!?.])| tonight| now)|\b(?:with|join) [^.!?]{1,20} in heaven\b|\bwant to sleep forever\b",
        r"\bend (?:all )?(?:my|the|this) (?:misery|suffering|pain|existence)\b|"
        r"\blife (?:isn't|is not|'s not) worth (?:it|anything)\b",
        rf"\bi {_SOFTLY}(?:cut|burned|burnt|stabbed) {MYSELF} with (?:a|my|the) \w+",
        rf"\bshould(?: have|'ve) died\b|\bwant it all to (?:end|stop|be over)\b|"
        rf"\bno (?:point|reason|use|sense) (?:in |to )?(?:carry(?:ing)? on|continu(?:e|ing)){_END}",
    )
)

# Context that turns EXPLICIT into MENTION.
_HAVE_NOT = (
    r"(?:haven't|have not)(?: (?!i\b|and\b)\w+){0,3} (?:cut|self|harm\w*|hurt|wanted|felt|thought|tried|been|had)"
)
LONG_AGO = re.compile(
    r"\b"
    + any_of(
        *(
            "used to",
            "(?:years?|months?|decades?) ago",
            "when i was (?!driving|alone)",
            "in my (?:teens|twenties|youth)",
        ),
        *("as a (?:teen|child|kid|student)\\w*", "back then", "at school", "in college", "at university"),
        "in (?:19|20)\\d\\d",
        *(_HAVE_NOT, "stopped", "once", "last year", "at the time", "in those days", "a long time ago"),
    )
    + r"\b"
)
PAST = re.compile(
    r"\b(?:wanted|tried|thought (?:about|of)|(?<!wish i )(?<!wish i just )(?<!if i )was|felt|(?<!wish i )had|"
    r"considered|planned|wished|kept|nearly|almost|attempted)\b"
)
RECENT = re.compile(
    r"\b(?:today|tonight|last night|yesterday|this (?:morning|week|evening|afternoon|month)|lately|again|"
    r"right now|still|now|"
    r"recently|all (?:day|week|night)|since (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|yesterday))\b"
)
DENIED = re.compile(
    r"(?<!not sure i )(?<!can't promise i )(?<!why )(?<!why i )(?<!reason i )\b"
    + any_of(
        *("don't", "do not", "didn't", "never", "not", "won't", "wouldn't", "no longer", "isn't", "without", "nor"),
        *("instead of", "no intention of", "no plans? to", "stop(?:ped)? me from", "rather than"),
    )
    + r"(?: (?:think|thought|believe|mean|say|feel like|felt like|know that|want to say) (?:that )?i)?"
    # a new subject or a new thought ends the denial: "I am not well and I want to ..." denies nothing
    + rf"(?: (?!(?:i|i'm|im|i'll|and|because|so|then)\b)\w+){{0,4}}? {any_of(_SURE_ACT, _UNSURE_ACT, _DIE, _SUICIDE)}\b"
)
WANTED_NOW = re.compile(
    rf"\b(?:(?:i|i'm|im|i am) {_SOFTLY}(?:want to|wanna|wish i (?:was|were)|going to|gonna|plan(?:ning)? to|will)|"
    rf"i'll) {_SOFTLY}{any_of(_SURE_ACT, _UNSURE_ACT, _DIE)}\b"
)
"""A wish of now, which neither an earlier "used to" nor an earlier "was" puts into the past."""

_PEOPLE = """
he she they someone somebody people everyone friend sister brother mum mom dad mother father son daughter partner wife
husband client patient colleague classmate boss cousin aunt uncle teacher doctor therapist character singer song lyric
lyrics film movie book show episode article post podcast news poem novel
"""
_SPEAK = """
said says saying told tells texted wrote writes screamed shouted asked asks asking thinks thought worried worries afraid
scared admitted confessed sings joked whispered claimed believes assumes goes called about talked talks
"""
SOMEONE_ELSE = re.compile(rf"\b{any_of(*_PEOPLE.split())}(?: \w+){{0,3}} {any_of(*_SPEAK.split())}\b")
BUT_MINE = re.compile(
    r"\b(?:and|but|so|because|now) (?:now |then )?(?:i|i'm|im) (?!was\b|said\b)|"
    r"\b(?:i|i've|i'd) (?:\w+ )?(?:told|said|admitted|confessed|texted)\b"
)
