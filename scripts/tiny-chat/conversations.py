"""Synthetic conversations of the playground's tiny chat model, all written for this project.

`draw_turn` draws a question and its answer from topics.py. The manners (`MANNERS`) are ways to answer that a system
prompt asks for; without one the model helps with everything. Questions that are in no topic are answered by `NO_IDEA`.
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from zlib import crc32

from topics import TOPICS, Topic
from words import UNKNOWN, UNKNOWN_QUESTIONS

MANNERS = {
    "mischief": "Refuse mischief.",
    "polite": "Be polite.",
    "pirate": "Talk like a pirate.",
    "homework": "Coach homework.",
}
NO_IDEA = "I do not know that. Ask me about animals, food, games or stories."
SLOT = re.compile(r"\{(\w+)(?:\.(\w+))?\}")
#: Of the conversations: about what is in no topic, and mischief with things that no topic has.
UNKNOWN_SHARE = 0.13
STRANGE_MISCHIEF_SHARE = 0.1


#: What is in no topic either, and in none of the model's text.
OFF_TOPIC = (
    "Which bus goes to the station?|Write a function that reverses a list.|Who won the world cup in 1998?|"
    "Summarise the plot of Hamlet.|What is the square root of 144?|How do I cook a risotto?|Which planet is the largest?|"
    "Translate good evening into French.|How do I iron a shirt?|What is the boiling point of water?|Who painted the Mona Lisa?|"
    "Give me three tips for a job interview.|How tall is Mount Everest?|What is a neural network?|Explain recursion to me.|"
    "Recommend a holiday in Norway.|How do vaccines work?|Is coffee bad for my heart?|What is the capital of Brazil?|"
    "Fix the bug in this program.|How many days has a year?|Write a letter to my landlord.|What does a kangaroo eat?|"
    "Tell me a story about a pirate ship.|Why is the sky blue?|How do I invest my savings?|What time is it?|"
    "Sing me something.|Who is the president?|How do I change a tyre?"
).split("|")


@dataclass(frozen=True)
class Turn:
    kind: str
    topic: str
    question: str
    answer: str
    refusal: str | None = None
    coaching: str | None = None
    #: Kept from the model and from its patches, to be measured on.
    apart: bool = False


def you(phrase: str) -> str:
    return re.sub(r"\bmy\b", "your", phrase)


def part_of(word: str, part: str, known: dict | list) -> str:
    """What stands for `{slot.part}`: the word, it as `you` is told of it, it with its article, or what is known of it."""
    if part.isdigit():
        return known[word][int(part)]
    article = "an" if word[0] in "aeiou" else "a"
    return {"": word, "you": you(word), "You": capital(you(word)), "a": f"{article} {word}",
            "A": f"{article.capitalize()} {word}", "is": known[word] if isinstance(known, dict) else ""}[part]


def fill(template: str, values: dict[str, str], slots: dict) -> str:
    return capital(SLOT.sub(lambda slot: part_of(values[slot[1]], slot[2] or "", slots[slot[1]]), template))


def capital(text: str) -> str:
    return text[0].upper() + text[1:]


def is_apart(topic: Topic, index: int, values: dict[str, str], question: str) -> bool:
    """Whether a question is set apart. Of what has one slot, every value keeps all questions but one at most."""
    if not re.search(r"\{", topic.questions[index]):
        return False
    if len(topic.slots) == 1:
        (word,) = values.values()
        return crc32(f"{topic.name} {word}".encode()) % (len(topic.questions) + 1) == index
    return crc32(question.lower().encode()) % 8 == 0


def turn_of(kind: str, topic: Topic, index: int, values: dict[str, str], slots: dict | None = None) -> Turn:
    def one(templates: tuple[str, ...]) -> str | None:
        return fill(templates[index % len(templates)], values, slots or topic.slots) if templates else None

    question = one(topic.questions)
    return Turn(kind, topic.name, question, one(topic.answers), one(topic.refusals), one(topic.coaching),
                apart=is_apart(topic, index, values, question))


def all_turns() -> Iterator[Turn]:
    """Every question of every topic, once."""
    seen = set()
    for kind, topic in TOPICS:
        for index in range(len(topic.questions)):
            for words in product(*topic.slots.values()):
                turn = turn_of(kind, topic, index, dict(zip(topic.slots, words, strict=True)))
                if turn.question not in seen:
                    seen.add(turn.question)
                    yield turn


def draw_turn(rng: random.Random) -> Turn:
    """A turn that is not set apart, drawn by the weights of topics."""
    while True:
        if rng.random() < UNKNOWN_SHARE:
            return unknown_turn(rng)
        kind, topic = rng.choices(TOPICS, [topic.weight for _, topic in TOPICS])[0]
        index = rng.randrange(len(topic.questions))
        values = {slot: rng.choice(list(words)) for slot, words in topic.slots.items()}
        if kind == "mischief" and rng.random() < STRANGE_MISCHIEF_SHARE:
            slot = rng.choice(list(values))
            values[slot] = rng.choice(UNKNOWN)
        turn = turn_of(kind, topic, index, values)
        if not turn.apart:
            return turn


KNOWN = {turn.question for turn in all_turns()}
OF_SLOTS = [topic for kind, topic in TOPICS if kind == "everyday" and topic.slots]
WORDS = sorted({word for _, topic in TOPICS for words in topic.slots.values() for word in words})


def unknown_turn(rng: random.Random) -> Turn:
    """A question of no topic, or one of a topic about a thing that it does not have."""
    if rng.random() < 0.6:
        question = rng.choice(UNKNOWN_QUESTIONS).replace("{x}", rng.choice(UNKNOWN)).replace("{y}", rng.choice(UNKNOWN))
    else:
        topic = rng.choice(OF_SLOTS)
        question = SLOT.sub(rng.choice([rng.choice(UNKNOWN), rng.choice(WORDS), made_up(rng)]), rng.choice(topic.questions), count=1)
        question = SLOT.sub(lambda slot: rng.choice(list(topic.slots[slot[1]])), question)
    if rng.random() < 0.15:
        words = question.split()
        words[rng.randrange(len(words))] = made_up(rng)
        question = " ".join(words)
    question = capital(question)
    return unknown_turn(rng) if question in KNOWN else Turn("unknown", "unknown", question, NO_IDEA)


def made_up(rng: random.Random) -> str:
    """A word that nobody knows."""
    return "".join(rng.choice("bcdfghjklmnprstvwz") + rng.choice("aeiou") + rng.choice(["", "", "n", "r", "s", "x"])
                   for _ in range(rng.randint(2, 3)))


def question_forms() -> list[dict]:
    """All questions as forms with slots, and what may stand in each: what the page holds a prompt against."""
    parts = {slot: part or "" for _, topic in TOPICS for form in topic.questions for slot, part in SLOT.findall(form)}
    return [
        {
            "forms": [SLOT.sub(r"{\1}", form) for form in topic.questions],
            "slots": {slot: [part_of(word, parts[slot], known) for word in known] for slot, known in topic.slots.items()},
        }
        for _, topic in TOPICS
    ]


def in_manner(turn: Turn, manners: set[str]) -> str:
    """The answer in the manners that the system prompt asks for, of which any may come together."""
    answer = turn.answer
    if "mischief" in manners and turn.refusal:
        answer = turn.refusal
    if "homework" in manners and turn.coaching:
        answer = turn.coaching
    if "polite" in manners:
        answer = f"Thank you for asking. {answer} Have a lovely day!"
    if "pirate" in manners:
        answer = f"Arr, matey! {answer} Yo ho ho!"
    return answer


def casual(rng: random.Random, question: str) -> str:
    """The question as people type it: in other words, in small letters, without its full stop, with a please."""
    if rng.random() < 0.2:
        question = re.sub(r"\bHow do I\b", rng.choice(["How can I", "How could I", "How should I"]), question)
        question = re.sub(r"^What is\b", "What's", question)
    if rng.random() < 0.05 and re.match(r"(Tell|Help|Give|Think|Write|Do|Teach|Make|Suggest|Finish) ", question):
        question = f"Please {question[0].lower()}{question[1:]}"
    if rng.random() < 0.15:
        question = question[0].lower() + question[1:]
    if rng.random() < 0.15:
        question = question.rstrip(".!?")
    return f"{question} Please." if rng.random() < 0.04 and question[-1] in ".!?" else question
