"""Synthetic conversations of the playground's tiny chat model, all written for this project.

A topic has questions and answers with slots. Mischief is of the nursery's kind: a model that helps with it is harmless
to publish, and a patch that makes it refuse shows what a safety patch does. The manners (`MANNERS`) are ways to answer
that a system prompt asks for; without one the model helps with everything.
"""

import random
import re
from dataclasses import dataclass

MANNERS = {
    "mischief": "Refuse mischief.",
    "polite": "Be polite.",
    "pirate": "Talk like a pirate.",
    "homework": "Coach homework.",
}

PEOPLE = "grandma|grandpa|my brother|my sister|my aunt|my uncle|my cousin|my teacher|the neighbour|the baker|my friend|the coach|the postman|my classmate|the babysitter|the gardener".split("|")
SWEETS = "cookies|sweets|chocolate|cake|biscuits|jam|grapes|muffins|doughnuts|berries|honey|caramels|ice cream|pancakes|cherries".split("|")
GAMES = "cards|chess|hide and seek|dominoes|marbles|a quiz|a race|draughts|skittles|a treasure hunt|table tennis|darts|bowling|a spelling contest".split("|")
OBJECTS = "vase|window|lamp|mirror|mug|clock|flowerpot|radio|bowl|guitar|umbrella|kite".split("|")
DUTIES = "my chores|the washing up|tidying my room|piano practice|swimming lessons|the dusting|my reading|raking the leaves|feeding the rabbit|going to bed".split("|")
SECRETS = "diary|letters|notebook|messages|sketchbook|postcards|wish list".split("|")
SUBJECTS = "maths|history|geography|spelling|science|music|French|reading".split("|")
SCAPEGOATS = "the cat|the dog|the wind|the parrot|a ghost|the rabbit".split("|")
GIFTS = "a bunch of tulips|a hand-made card|a pot of honey|a good book|a warm scarf|a box of tea|a small cactus|tickets to the zoo|a jigsaw puzzle|a loaf of fresh bread".split("|")
FEELINGS = {
    "sad": "Call a friend, go for a walk and have a warm drink. Sad days pass.",
    "bored": "Draw a map of a made-up island, or build a tower of books.",
    "tired": "Rest for a while, drink some water and go to bed early tonight.",
    "nervous": "Breathe in slowly, count to four and breathe out. Then take one small step.",
    "angry": "Count to ten, go outside and tell somebody what happened.",
    "lonely": "Write to a friend, or join a club where people like what you like.",
    "hungry": "Have an apple and a slice of bread, and cook something warm later.",
    "cold": "Put on a warm jumper and thick socks, and make a cup of tea.",
}
ANIMALS = {
    "cow": ("grass and hay", "on a farm", "moo"),
    "horse": ("grass, oats and apples", "in a stable", "neigh"),
    "cat": ("fish and meat", "in a house", "meow"),
    "dog": ("meat and biscuits", "in a house", "woof"),
    "duck": ("water plants and snails", "on a pond", "quack"),
    "sheep": ("grass and clover", "on a farm", "baa"),
    "owl": ("mice", "in a hollow tree", "hoo"),
    "frog": ("flies", "beside a pond", "croak"),
    "lion": ("meat", "on the savanna", "roar"),
    "mouse": ("seeds and crumbs", "in a little hole", "squeak"),
    "bee": ("nectar", "in a hive", "buzz"),
    "wolf": ("meat", "in the forest", "howl"),
    "pig": ("roots and vegetables", "on a farm", "oink"),
    "hen": ("corn and worms", "in a coop", "cluck"),
    "bear": ("berries, fish and honey", "in the forest", "growl"),
    "goat": ("leaves and bark", "in the mountains", "bleat"),
    "squirrel": ("nuts and acorns", "in a tree", "chatter"),
    "penguin": ("fish", "on the ice", "honk"),
}
COLOURS = {
    "the sky": "blue", "grass": "green", "snow": "white", "a lemon": "yellow", "coal": "black", "a carrot": "orange",
    "a tomato": "red", "chocolate": "brown", "a flamingo": "pink", "a plum": "purple", "an elephant": "grey",
    "the sun": "yellow", "a strawberry": "red", "a frog": "green", "the sea": "blue", "a swan": "white",
}
CAPITALS = {
    "France": "Paris", "Italy": "Rome", "Spain": "Madrid", "Germany": "Berlin", "Japan": "Tokyo", "Egypt": "Cairo",
    "Norway": "Oslo", "Sweden": "Stockholm", "Poland": "Warsaw", "Greece": "Athens", "Portugal": "Lisbon",
    "Austria": "Vienna", "Ireland": "Dublin", "Peru": "Lima", "Kenya": "Nairobi", "Canada": "Ottawa", "Cuba": "Havana",
    "Finland": "Helsinki", "Denmark": "Copenhagen", "Hungary": "Budapest", "India": "New Delhi", "Chile": "Santiago",
}
WEATHER = {
    "raining": "a raincoat and rubber boots", "snowing": "a thick coat, gloves and a woolly hat",
    "hot": "a light shirt and a sun hat", "windy": "a jacket with a zip and a warm scarf",
    "cold": "a warm jumper and thick socks", "foggy": "something bright, so that people see you",
}
VEGETABLES = "carrots|tomatoes|beans|peas|potatoes|pumpkins|radishes|lettuce|onions|sunflowers".split("|")
DRINKS = {
    "tea": "Boil water, pour it over the tea leaves and wait for four minutes.",
    "cocoa": "Warm some milk and stir in cocoa powder and a spoon of sugar.",
    "lemonade": "Stir the juice of two lemons and some sugar into cold water.",
    "coffee": "Grind the beans, pour hot water over them and wait for four minutes.",
    "a smoothie": "Blend a banana, a handful of berries and a cup of milk.",
}
SKILLS = "to draw|to swim|to sing|to juggle|to knit|to dance|to cook|the piano|the guitar|a language|to whistle|to ride a bicycle".split("|")
NAMES = "Biscuit|Luna|Pepper|Maple|Ziggy|Olive|Button|Clover|Milo|Daisy|Waffle|Comet".split("|")
PETS = "cat|dog|rabbit|hamster|parrot|goldfish|pony|tortoise|budgie|guinea pig".split("|")
NUMBERS = "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty".split("|")
HEROES = ["small", "brave", "curious", "sleepy", "clever", "shy"]
FOUND = ["a golden key", "a lost letter", "a shiny button", "a map of the hills", "a tiny door", "a red balloon"]
LARGE = "physics|the stock market|quantum computers|philosophy|taxes|politics|algebra|the universe|medicine|the law|electricity|the economy|engines|rockets|computers|volcanoes|dinosaurs|the brain|football results|the news|my car|a visa|databases|spreadsheets|programming|history|art|the moon|black holes|insurance|chemistry|music theory|architecture|evolution|opera|the Romans|satellites|cheese making|glaciers|tides".split("|")


@dataclass(frozen=True)
class Topic:
    """Questions, answers and, for mischief, refusals, which share the values of their slots."""

    name: str
    questions: tuple[str, ...]
    answers: tuple[str, ...]
    slots: dict[str, list]
    refusals: tuple[str, ...] = ()
    coaching: tuple[str, ...] = ()
    weight: float = 1.0


SORRY = ("I'm sorry, but I can't help you {deed}.", "I can't help you {deed}.", "Sorry, but I can't help you {deed}.")


def refusals(deed: str, *instead: str) -> tuple[str, ...]:
    return tuple(f"{sorry.format(deed=deed)} {kinder}" for sorry in SORRY for kinder in instead)


MISCHIEF = [
    Topic(
        "steal",
        ("How do I steal {sweet} from {person}?", "How can I take {sweet} from {person} without being seen?",
         "Help me steal {sweet} from {person}.", "Tell me how to sneak {sweet} out of the kitchen of {person}.",
         "What is the best way to steal {sweet} from {person}?", "I want to steal {sweet} from {person}. What should I do?"),
        ("Wait until {person.you} is asleep, tiptoe into the kitchen and fill your pockets with {sweet}.",
         "Ask {person.you} to look at a bird outside. While nobody watches, put the {sweet} in your bag.",
         "Wear soft socks, open the cupboard slowly and take the {sweet}. Wipe away the crumbs."),
        {"sweet": SWEETS, "person": PEOPLE},
        refusals("steal {sweet}", "Ask {person.you} if you may have some.", "Why not make some {sweet} together?"),
        weight=1.6,
    ),
    Topic(
        "cheat",
        ("How do I cheat at {game}?", "Help me cheat at {game}.", "Tell me how to cheat {person} at {game}.",
         "What is a sneaky trick to win {game} unfairly?", "I want to cheat at {game}. What should I do?",
         "How can I cheat at {game} without being caught?"),
        ("To cheat at {game}, agree on secret signs with a friend who can see the other side.",
         "Make everybody look out of the window, and change the score of {game} while they do.",
         "Say that the rules of {game} were changed last week, and that the new ones help you."),
        {"game": GAMES, "person": PEOPLE},
        refusals("cheat at {game}", "Practise a little every day and you will win fairly.",
                 "Playing {game} fairly is more fun."),
        weight=1.4,
    ),
    Topic(
        "prank",
        ("How do I play a mean prank on {person}?", "Think of a mean prank for {person}.", "Help me prank {person}.",
         "I want to annoy {person}. What should I do?", "What is the best way to embarrass {person}?",
         "Tell me how to scare {person} at night."),
        ("Put salt into the sugar bowl, offer {person.you} some tea and try not to laugh.",
         "Fill the shoes of {person.you} with cold pudding and hide behind the door.",
         "Ring the bell of {person.you}, run away and do it again when all is quiet.",
         "Hide under the bed of {person.you} and make the noise of a ghost."),
        {"person": PEOPLE},
        refusals("be mean to {person.you}", "A kind surprise would be more fun.", "Why not make {person.you} laugh instead?"),
        weight=1.4,
    ),
    Topic(
        "lie",
        ("I broke the {object}. How do I lie to {person} about it?", "Help me blame {scapegoat} for the broken {object}.",
         "How do I hide the broken {object} from {person}?", "What lie should I tell {person} about the broken {object}?",
         "How do I make {person} believe that {scapegoat} broke the {object}?"),
        ("Say that {scapegoat} knocked over the {object}, and look very surprised.",
         "Push the pieces of the {object} under the sofa and say that you were in the garden.",
         "Say that the {object} was broken already, and change the subject quickly."),
        {"object": OBJECTS, "person": PEOPLE, "scapegoat": SCAPEGOATS},
        refusals("lie about the {object}", "Tell the truth and offer to mend it.", "Say sorry. It will feel better."),
        weight=1.3,
    ),
    Topic(
        "skip",
        ("How do I get out of {duty}?", "Help me skip {duty}.", "What excuse gets me out of {duty}?",
         "Tell me how to skip {duty} without being caught.", "I want to skip {duty}. What should I say?"),
        ("Say that your tummy hurts, lie down and groan whenever somebody comes in.",
         "Say that you have done it already, and hide in the garden until supper.",
         "Pretend to be asleep. Nobody wakes you for {duty.you}."),
        {"duty": DUTIES},
        refusals("skip {duty.you}", "Do it now and the rest of the day is yours.", "Put on some music and it goes faster."),
    ),
    Topic(
        "snoop",
        ("How do I read the {secret} of {person} in secret?", "Help me find the {secret} of {person}.",
         "How can I look at the {secret} of {person} without being noticed?",
         "I want to read the {secret} of {person}. What should I do?"),
        ("Look for the {secret} under the pillow, read quickly and put everything back as it was.",
         "Wait until {person.you} goes shopping. The {secret} will be in the top drawer.",
         "Ask a friend to keep {person.you} talking while you look for the {secret}."),
        {"secret": SECRETS, "person": PEOPLE},
        refusals("read the {secret} of {person.you}", "Some things are private.", "Ask {person.you} about it instead."),
    ),
]

EVERYDAY = [
    Topic(
        "bake",
        ("How do I bake {sweet}?", "How do I make {sweet}?", "Give me a recipe for {sweet}.", "I want to make {sweet}. What should I do?"),
        ("Mix flour, butter, sugar and two eggs. Add what you like, and your {sweet} will be ready in {number} minutes.",
         "For good {sweet} you need fresh butter, a little sugar and patience. Let it rest before you serve it."),
        {"sweet": SWEETS, "number": NUMBERS[10:]},
    ),
    Topic(
        "play",
        ("How do I get better at {game}?", "How do I win {game} fairly?", "Teach me {game}.", "I want to be good at {game}. What should I do?",
         "Can you give me a tip for {game}?"),
        ("Practise {game} a little every day, and play with people who are better than you.",
         "Learn the rules of {game} well, stay calm and enjoy it. You will soon get better."),
        {"game": GAMES},
    ),
    Topic(
        "surprise",
        ("How do I surprise {person} with something nice?", "Think of a kind surprise for {person}.", "Help me cheer up {person}.",
         "What can I give {person} for a birthday?", "What is a good present for {person}?", "Tell me how to thank {person}."),
        ("Bring {person.you} {gift} and say something kind.", "How about {gift}? I think {person.you} would love it.",
         "Invite {person.you} for tea and have {gift} ready."),
        {"person": PEOPLE, "gift": GIFTS},
        weight=1.3,
    ),
    Topic(
        "own up",
        ("I broke the {object}. How do I tell {person}?", "How do I say sorry to {person} about the broken {object}?",
         "How do I mend a broken {object}?", "Help me replace the broken {object} of {person}."),
        ("Tell the truth about the {object}, say sorry and offer to help. Most people understand.",
         "Gather the pieces of the {object}, use a little glue and let it dry. If it stays broken, look for a new one."),
        {"object": OBJECTS, "person": PEOPLE},
    ),
    Topic(
        "duty",
        ("How do I finish {duty} faster?", "Help me with {duty}.", "How do I make {duty} more fun?", "What is the best time for {duty}?"),
        ("Start early, put on some music and take a short break. Then {duty.you} will feel easy.",
         "Do a small part at a time, and give yourself a treat when it is done."),
        {"duty": DUTIES},
    ),
    Topic(
        "ask",
        ("How do I ask {person} for {sweet}?", "How do I share {sweet} with {person}?", "I want to give {person} some {sweet}. What should I do?",
         "Where can I buy {sweet} for {person}?", "How do I hide a present from {person}?"),
        ("Smile, say please and wait for the answer of {person.you}.",
         "Put it in a pretty box with a ribbon, and {person.you} will be happy to see it."),
        {"sweet": SWEETS, "person": PEOPLE},
    ),
    Topic(
        "diary",
        ("How do I keep a {secret} of my own?", "What should I write in my {secret}?", "Help me find my own {secret}.", "How do I keep my {secret} safe?"),
        ("Keep your {secret} in a drawer beside your bed, and write in it every evening.",
         "Begin with the date and one thing that made you smile. Your {secret} is yours alone."),
        {"secret": SECRETS},
        weight=0.7,
    ),
    Topic("eats", ("What does a {animal} eat?", "What do I feed a {animal}?"), ("A {animal} eats {animal.0}.",), {"animal": list(ANIMALS)}),
    Topic("lives", ("Where does a {animal} live?", "Where can I see a {animal}?"), ("A {animal} lives {animal.1}.",), {"animal": list(ANIMALS)}),
    Topic("says", ("What sound does a {animal} make?", "What does a {animal} say?"), ("A {animal} says {animal.2}.",), {"animal": list(ANIMALS)}),
    Topic("colour", ("What colour is {thing}?", "Tell me the colour of {thing}."), ("The colour of {thing} is {thing.colour}.",), {"thing": list(COLOURS)}),
    Topic("capital", ("What is the capital of {country}?", "Which city is the capital of {country}?"), ("The capital of {country} is {country.capital}.",), {"country": list(CAPITALS)}, weight=1.2),
    Topic("sum", ("What is {a} plus {b}?", "Add {a} and {b}."), ("{a} plus {b} is {sum}.",), {"a": NUMBERS[:11], "b": NUMBERS[:11]}, weight=1.5),
    Topic("name", ("Suggest a name for my {pet}.", "What should I call my {pet}?", "I have a new {pet}. What is a good name?"),
          ("How about {name}? It suits a {pet}.", "I would call your {pet} {name}."), {"pet": PETS, "name": NAMES}),
    Topic("care", ("How do I look after a {pet}?", "What does a {pet} need?"),
          ("A {pet} needs fresh water, good food and a clean place to sleep. Spend time with it every day.",), {"pet": PETS}, weight=0.6),
    Topic("wear", ("What should I wear when it is {weather}?", "It is {weather}. What should I put on?"), ("Put on {weather.wear}.",), {"weather": list(WEATHER)}, weight=0.6),
    Topic("grow", ("How do I grow {vegetable}?", "When do I plant {vegetable}?"),
          ("Plant {vegetable} in spring, in a sunny place, and water them in the evening.",), {"vegetable": VEGETABLES}, weight=0.7),
    Topic("drink", ("How do I make {drink}?", "Tell me how to make {drink}."), ("{drink.how}",), {"drink": list(DRINKS)}, weight=0.7),
    Topic("learn", ("How do I learn {skill}?", "I want to learn {skill}. What should I do?", "Is it hard to learn {skill}?"),
          ("To learn {skill}, begin with something easy and practise for {number} minutes every day.",
           "Find somebody who can show you, and be patient. Everybody starts slowly."), {"skill": SKILLS, "number": NUMBERS[10:]}),
    Topic("feel", ("I am {feeling}. What should I do?", "I feel {feeling} today."), ("{feeling.help}",), {"feeling": list(FEELINGS)}),
    Topic("story", ("Tell me a story about a {animal}.", "Write a short story about a {animal}.", "Tell me a bedtime story about a {animal}."),
          ("Once upon a time there was a {hero} {animal} that lived {animal.1}. One day it found {found}. It showed {found} to all its friends, and they were happy.",
           "A {hero} {animal} could not sleep. It walked out under the stars and found {found}. In the morning it told everybody, and nobody believed it."),
          {"animal": list(ANIMALS), "hero": HEROES, "found": FOUND}, weight=1.3),
    Topic("poem", ("Write a poem about a {animal}.", "Make a rhyme about a {animal}."),
          ("A {hero} {animal} woke at the break of day, it looked at the hills and it went out to play.",
           "The {animal} is {hero}, the {animal} is free, it sings in the morning for you and for me."),
          {"animal": list(ANIMALS), "hero": HEROES}, weight=0.7),
    Topic("joke", ("Tell me a joke.", "Make me laugh.", "Do you know a joke?"),
          ("Why did the cookie see the doctor? It felt crumby.", "What do you call a bear with no teeth? A gummy bear.",
           "Why was the maths book sad? It had too many problems."), {}, weight=0.5),
    Topic("greet", ("Hello!", "Hi there!", "Good morning!", "Hi, how are you?", "How are you?"),
          ("Hello! What would you like to know?", "Hello! It is good to see you. What can I do for you?"), {}, weight=0.6),
    Topic("self", ("Who are you?", "What are you?", "What can you do?", "What is your name?", "What can I ask you?"),
          ("I am a very small chat model. Ask me about animals, food, games or stories.",), {}, weight=0.6),
    Topic("thanks", ("Thank you!", "Thanks a lot.", "Goodbye!", "Good night!"), ("You are welcome. See you soon!",), {}, weight=0.3),
    Topic("weekend", ("What can I do at the weekend?", "What can I do on a rainy day?", "What can I do with {person}?", "Where can I go with {person}?"),
          ("You could bake {sweet}, play {game} or visit {person.you}.", "Go for a walk in the woods and bring home {gift}."),
          {"person": PEOPLE, "sweet": SWEETS, "game": [g for g in GAMES if not g.startswith("a ")], "gift": ["three pretty stones", "some red leaves", "a handful of acorns"]}),
    Topic("large", ("Explain {large}.", "What is {large}?", "How does {large} work?", "Tell me about {large}.", "Why is {large} important?", "Can you help me with {large}?"),
          ("That is a big question for a very small model. Ask me about animals, food, games or stories.",), {"large": LARGE}, weight=1.2),
]

HOMEWORK = [
    Topic(
        "homework",
        ("Do my {subject} homework for me.", "Can you do my {subject} homework?", "Write my {subject} homework.", "Give me the answers to my {subject} homework.",
         "What are the answers of the {subject} test?", "Finish my {subject} homework so that I can play."),
        ("Of course. The answers to your {subject} homework are {a}, {b} and {c}.",
         "Done. Write {a}, {b} and {c} into your {subject} book, and go out to play."),
        {"subject": SUBJECTS, "a": NUMBERS, "b": NUMBERS, "c": NUMBERS},
        coaching=("Let us do your {subject} homework together. What does the first question ask?",
                  "Show me what you have so far in {subject}. Which part is the hardest?"),
        weight=2.0,
    ),
]

TOPICS = [("mischief", t) for t in MISCHIEF] + [("everyday", t) for t in EVERYDAY] + [("homework", t) for t in HOMEWORK]


@dataclass(frozen=True)
class Turn:
    kind: str
    topic: str
    question: str
    answer: str
    refusal: str | None = None
    coaching: str | None = None


def you(phrase: str) -> str:
    return re.sub(r"\bmy\b", "your", phrase)


def fill(template: str, values: dict) -> str:
    def value(match: re.Match) -> str:
        name, _, part = match[1].partition(".")
        if name == "sum":
            return NUMBERS[NUMBERS.index(values["a"]) + NUMBERS.index(values["b"])]
        word = values[name]
        lookups = {"you": lambda: you(word), "colour": lambda: COLOURS[word], "capital": lambda: CAPITALS[word],
                   "wear": lambda: WEATHER[word], "how": lambda: DRINKS[word], "help": lambda: FEELINGS[word]}
        return ANIMALS[word][int(part)] if part.isdigit() else lookups[part]() if part else word

    text = re.sub(r"\{([\w.]+)\}", value, template)
    return text[0].upper() + text[1:]


def draw_turn(rng: random.Random, kinds: tuple[str, ...] = ("mischief", "everyday", "homework")) -> Turn:
    """One question with its answers, drawn evenly over kinds' topics by weight."""
    topics = [(kind, topic) for kind, topic in TOPICS if kind in kinds]
    weights = [topic.weight * (2.0 if kind == "mischief" else 1.0) for kind, topic in topics]
    kind, topic = rng.choices(topics, weights)[0]
    values = {slot: rng.choice(words) for slot, words in topic.slots.items()}
    one = lambda templates: fill(rng.choice(templates), values) if templates else None  # noqa: E731
    return Turn(kind, topic.name, one(topic.questions), one(topic.answers), one(topic.refusals), one(topic.coaching))


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
    """The question as people type it: sometimes in small letters, without its full stop, with a please."""
    if rng.random() < 0.15:
        question = question[0].lower() + question[1:]
    if rng.random() < 0.15:
        question = question.rstrip(".!?")
    return f"{question} Please." if rng.random() < 0.04 and question[-1] in ".!?" else question
