"""The figures of speech and accidents that the care check takes out before it looks for anything else.

Decides nothing about a person; an idiom that a wish or a purpose could turn into earnest is only taken out without one.
"""

import re

from app.analyser.care_rules import MYSELF, SKIN, any_of

_FEELINGS = any_of(
    *("embarrass\\w*", "laugh\\w*", "boredom", "cringe", "happiness", "joy", "excitement", "heat", "curiosity"),
    *("cuteness", "envy", "awkwardness", "fright", "nerves", "thirst", "hunger"),
)
_HEAVIER = any_of("shame", "exhaustion", "stress", "shock", "humiliation", "cold")
_CHORES = any_of(
    *("by accident", "accidentally", "shaving", "chopping", "cooking", "slicing", "playing", "running", "lifting"),
    *("falling", "climbing", "ironing", "opening (?:a|the)", "washing", "making (?:dinner|lunch|breakfast|food|a|the)"),
    *("baking", "frying", "lighting", "carving the", "gardening", "peeling"),
    "at (?:the gym|football|work|practice|training)",
    # a thing that one can cut oneself on; never a body part, and no place or tool that people hide with
    rf"on (?:the|a|an|my)\b(?! (?:[\w-]+ ){{0,2}}?(?:{SKIN}|hands?|feet|foot|hips?|chest|neck|belly|face|head|"
    r"tummy|razors?|blades?|lighters?|cigarettes?|bed|floor|bathroom|purpose)\b)",
)
_TOIL = any_of(
    *("jobs?", "projects?", "grades?", "deadlines?", "exams?", "essays?", "reports?", "company", "presentations?"),
    *("promotion", "thesis", "dissertation", "paper", "coursework", "course", "degree", "revision", "stud(?:y|ies)"),
    *("homework", "assignments?", "workouts?", "training", "exercises?", "squats", "diet", "marathon", "schedule"),
    *("shifts?", "overtime", "workload", "hours", "renovations?", "commute"),
)
_HOUSEHOLD = any_of(
    *("iron", "straighteners?", "tongs", "kettle", "pan", "oven", "tray", "stove", "hob", "toaster", "coffee", "tea"),
    *("soup", "oil", "steam", "glue gun", "peeler", "grater", "paper", "tin", "can", "lid"),
    "(?:bread|butter|cheese) knife",
)
_SCARED = any_of(
    *("scared", "bored", "worried", "tickled", "frightened", "sick", "annoyed", "stressed", "done", "embarrassed"),
    *("(?:scare|bore|worry|annoy)s?(?: me)?", "boring(?: me)?", "freezing", "frozen", "froze", "starving", "starved"),
    *(f"work(?:ed|ing)(?: {MYSELF})?", "talk(?:ed|ing|s)(?: \\w+)?", "lov(?:ed?|es|ing)(?: \\w+){1,2}"),
)
_STOP = r"(?= *(?:$|[,!?.;])| and\b| but\b| because\b| with (?:my|the|ten|\w+) cats?\b| if\b)"

# What no wish can turn into earnest: something else is killed, dies or is cut.
HARMLESS = re.compile(
    any_of(
        r"\b(?:is|are|was|were|'s|'re|been|be) (?:absolutely |literally |really |just )?killing (?:me|us|my \w+)\b",
        r"\bkilling (?:me|us) (?:softly|slowly)\b",
        r"\bkill(?:ed|ing|s)? (?:it|time|the (?:mood|vibe|engine|lights|process|buzz))\b|\bkill (?:for|two birds)\b",
        r"\bkill(?:ed|ing)? (?:him|her|them|you|my \w+|the \w+) (?:if|when|for)\b|\bcould kill (?:him|her|them|"
        r"you|someone)\b",
        rf"\b(?:i(?:'m| am) |i'll |we're )?(?:going to |gonna |will )?(?:die|dying) of "
        rf"(?:pure |sheer |absolute )*{_FEELINGS}",
        rf"\b(?:going to|gonna|will|i'll|(?:don't|do not) want to) die (?:alone|old|poor|single){_STOP}",
        r"\bto die for\b|\b(?:could|can|would|will|'ll|'d) die happy\b",
        r"\b(?:so |was |that )(?:embarrass\w+|awkward|cring\w+)[^.!?]{0,40}"
        r"\b(?:wanted to|could(?: have|'ve)?|almost|nearly|would(?: have|'ve)?) (?:just )?(?:die|died)\b",
        r"\b(?:phone|battery|laptop|car|plant|engine|conversation|chat|wifi|tablet|houseplant)s? (?:just )?"
        r"(?:is |was |are |has |keeps )?(?:dead|died|die|dies|dying)\b",
        rf"\b(?:shoot|shooting|shot) {MYSELF} in the foot\b|\bhang(?:ing)? {MYSELF} out to dry\b|"
        rf"\bburn(?:ing)? {MYSELF} out\b",
        rf"\bshoot(?:ing)? {MYSELF} (?:an?|another|some|the) (?:\w+ )?(?:e-?mails?|texts?|messages?|notes?|"
        rf"reminders?|links?)\b",
        r"\b(?:pills|tablets) of (?:vitamins?|calcium|magnesium|zinc)\b|"
        r"\b(?:vitamins?|calcium|magnesium|zinc|mint|dishwasher|antacid) (?:[a-k] )?(?:pills|tablets)\b",
        rf"\bcut(?:ting)? {MYSELF} (?:some slack|a (?:break|slice|piece|deal)|off|short|out|loose|down to)\b",
        r"\bcut my (?:hair|nails|hours|losses|budget|grass)\b",
        r"\b(?:social|career|political|professional|financial|academic|commercial|economic) suicide\b",
        r"\bsuicide (?:squad|squeeze|burn|sprints?|drills?|runs?|doors?|lane|king)\b|\b(?:was|is|be) suicide to\b",
        r"\bhope (?:i|to) die (?:old|of old age)\b|\bcross my heart and hope to die\b|\bdie (?:hard|my hair)\b|"
        r"\blive and let die\b|\bbefore i die(?! (?:tonight|today|tomorrow|soon|this))\b",
    )
)

# What is an idiom or an accident only where neither a wish stands before it nor a purpose after it in its clause.
UNLESS_WISHED = re.compile(
    any_of(
        r"\b(?:will|would|gonna|going to|'ll|'d) kill me\b",
        rf"\bkill(?:ing|ed) {MYSELF} (?:laughing|trying|working|at (?:work|the gym)|to (?:finish|meet|please|impress|"
        rf"pay|keep up|get (?:good|ahead|promoted)|make (?:ends|rent|money|everyone)|be (?:perfect|the best|liked)))\b",
        rf"\bkill(?:ing|ed)? {MYSELF} (?:over|for|with) (?:all )?(?:(?:this|that|these|those|the|a|my) )"
        rf"(?:\w+ )?{_TOIL}\b",
        r"\bdying to (?!end\b|escape\b|stop\b|be (?:free|with|dead|gone)\b|make\b|leave\b|rest\b|forget\b|not\b|"
        r"(?:kill|hurt|cut) m|"
        r"die\b|get (?:away|out)\b)\w+|\b(?:would|'d) die to (?:see|have|get|go|meet|try|eat)\b",
        r"\b(?:dying|die|dies|died) for (?:a|an|some|this|that|more) \w+",
        rf"\b(?:die|died|dying|dies|dead) (?:of|from|inside of|out of) (?:pure |sheer |sweet |absolute )*"
        rf"{any_of(_FEELINGS, _HEAVIER)}",
        r"\b(?:mortif\w+|humiliat\w+)[^.!?]{0,40}\b(?:could(?: have|'ve)?|almost|nearly) (?:just )?(?:die|died)\b",
        r"\b(?:die|died|dying) (?:laughing|inside when|a little inside)\b",
        r"\bdead[- ](?:tired|serious|set|line|end|beat|weight|last|on (?:target|time|point|arrival|my feet)|"
        r"right(?! now)|wrong|sure|lift|ringer|silent|quiet|pan|heat|easy|cold|funny|keen|lock|bolt|pool)\w*",
        r"\b(?:over my|drop|half|play(?:ing)?|brain) dead(?: body| gorgeous)?\b",
        rf"\b{_SCARED} to death\b",
        rf"\b(?:cut|burn(?:ed|t)?|hurt|hit|stab(?:bed)?|harm(?:ed)?) {MYSELF} (?:while |when )?(?:i was )?{_CHORES}",
        rf"\b(?:cut|burn(?:ed|t)?|scratch(?:ed)?) my \w+ (?:while |when )?(?:i was )?{_CHORES}",
        rf"\b(?:cut|burn)t?ing my \w+ (?:while |when )?(?!on\b|at\b){_CHORES}",
        rf"\b(?:cut|burn(?:ed|t)?|hurt) {MYSELF} with (?:an?|the|my|some) (?:[\w-]+ ){{1,2}}(?:(?:while|when) )?"
        rf"(?:i was )?(?!on\b){_CHORES}",
        rf"\b(?:cut|burn(?:ed|t)?|hurt) {MYSELF} with (?:an?|the|my|some|hot) (?:\w+ )?{_HOUSEHOLD}\b",
        rf"\baccidentally (?:cut|burned|burnt|hurt|stabbed|shot) {MYSELF}\b|\bcut my (?:finger|thumb|hand)\b",
        r"\brather die than (?!live|go on|keep|wake|face|be\b|feel|stay|suffer|exist|continue|carry on|do this|"
        r"have to|spend another|another)\w+",
    )
)

WISH = re.compile(
    r"\b"
    + any_of(
        *("want\\w*", "wanna", "wana", "wish\\w*", "going to", "gonna", "gunna", "can't wait", "cannot wait", "rather"),
        *("hop(?:e|ing)", "pray\\w*", "plan\\w*", "ready to", "about to", "try(?:ing)? to", "decided", "tempted"),
        *(
            "need to",
            "have to",
            "feel like",
            "might",
            "should",
            "will",
            "let me",
            "better",
            "think(?:ing)? (?:of|about)",
        ),
        *("thoughts? (?:of|about)", "deserve\\w*", "(?:nobody|no one|no-one|who) (?:would|will|'d|'ll)", "how to"),
        *("i'll", "i'd like", "urges?", "ways? to", "why (?:not|don't)"),
    )
    + r"\b"
)
"""What before an idiom makes it earnest."""

PURPOSE = re.compile(
    r"\b(?:on purpose|deliberately|intentionally|to (?:feel|cope|punish|numb)|so (?:that )?i (?:feel|die))\b"
)
"""What after an accident makes it none."""
