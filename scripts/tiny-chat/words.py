"""The words that the conversations of topics.py are filled with, and those that the model is to know nothing of."""

PEOPLE = "grandma|grandpa|my brother|my sister|my aunt|my uncle|my cousin|my teacher|the neighbour|the baker|my friend|the coach|the postman|my classmate|the babysitter|the gardener".split("|")
SWEETS = "cookies|sweets|chocolate|cake|biscuits|jam|grapes|muffins|doughnuts|berries|honey|caramels|ice cream|pancakes|cherries".split("|")
GAMES = "cards|chess|hide and seek|dominoes|marbles|draughts|skittles|table tennis|darts|bowling".split("|")
CONTESTS = [*GAMES, "a quiz", "a race", "a treasure hunt", "a spelling contest"]
OBJECTS = "vase|window|lamp|mirror|mug|clock|flowerpot|radio|bowl|guitar|umbrella|kite".split("|")
DUTIES = "my chores|the washing up|tidying my room|piano practice|swimming lessons|the dusting|my reading|raking the leaves|feeding the rabbit|going to bed".split("|")
SECRETS = "diary|letters|notebook|messages|sketchbook|postcards|wish list".split("|")
BOOKS = ["diary", "notebook", "sketchbook"]
SUBJECTS = {
    "maths": "two, five and nine", "history": "one, six and ten", "geography": "three, four and eight",
    "spelling": "two, seven and nine", "science": "four, five and six", "music": "one, three and eight",
    "French": "six, seven and ten", "reading": "two, three and four",
}
SCAPEGOATS = "the cat|the dog|the wind|the parrot|a ghost|the rabbit".split("|")
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
#: What it eats, where it lives, what it says, and what it is and finds in its story.
ANIMALS = {
    "cow": ("grass and hay", "on a farm", "moo", "sleepy", "a red balloon"),
    "horse": ("grass, oats and apples", "in a stable", "neigh", "brave", "a golden key"),
    "cat": ("fish and meat", "in a house", "meow", "curious", "a tiny door"),
    "dog": ("meat and biscuits", "in a house", "woof", "clever", "a lost letter"),
    "duck": ("water plants and snails", "on a pond", "quack", "small", "a shiny button"),
    "sheep": ("grass and clover", "on a farm", "baa", "shy", "a map of the hills"),
    "owl": ("mice", "in a hollow tree", "hoo", "clever", "a golden key"),
    "frog": ("flies", "beside a pond", "croak", "brave", "a shiny button"),
    "lion": ("meat", "on the savanna", "roar", "sleepy", "a map of the hills"),
    "mouse": ("seeds and crumbs", "in a little hole", "squeak", "shy", "a tiny door"),
    "bee": ("nectar", "in a hive", "buzz", "small", "a red balloon"),
    "wolf": ("meat", "in the forest", "howl", "curious", "a lost letter"),
    "pig": ("roots and vegetables", "on a farm", "oink", "clever", "a red balloon"),
    "hen": ("corn and worms", "in a coop", "cluck", "brave", "a lost letter"),
    "bear": ("berries, fish and honey", "in the forest", "growl", "sleepy", "a tiny door"),
    "goat": ("leaves and bark", "in the mountains", "bleat", "curious", "a map of the hills"),
    "squirrel": ("nuts and acorns", "in a tree", "chatter", "small", "a golden key"),
    "penguin": ("fish", "on the ice", "honk", "shy", "a shiny button"),
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
RECIPES = {
    "cookies": "Mix flour, butter, sugar and an egg. Bake small heaps of it for twelve minutes.",
    "biscuits": "Mix flour, butter and sugar, cut out rounds and bake them for ten minutes.",
    "cake": "Beat butter, sugar and three eggs, stir in flour and bake it for forty minutes.",
    "muffins": "Stir flour, milk, sugar, oil and an egg, fill paper cups and bake them for twenty minutes.",
    "pancakes": "Whisk flour, milk and two eggs, and fry thin rounds in a little butter.",
    "jam": "Boil fruit with the same weight of sugar, stir it well and fill it into clean jars.",
    "caramels": "Boil sugar, cream and butter until it is brown, let it cool and cut it into cubes.",
    "ice cream": "Whip cream with sugar and vanilla, freeze it and stir it every half hour.",
    "bread": "Knead flour, water, yeast and salt, let it rise for an hour and bake it.",
    "soup": "Cut vegetables into pieces and boil them in water with salt for half an hour.",
}
DRINKS = {
    "tea": "Boil water, pour it over the tea leaves and wait for four minutes.",
    "cocoa": "Warm some milk and stir in cocoa powder and a spoon of sugar.",
    "lemonade": "Stir the juice of two lemons and some sugar into cold water.",
    "coffee": "Grind the beans, pour hot water over them and wait for four minutes.",
    "a smoothie": "Blend a banana, a handful of berries and a cup of milk.",
}
SKILLS = "to draw|to swim|to sing|to juggle|to knit|to dance|to cook|the piano|the guitar|a language|to whistle|to ride a bicycle".split("|")
PETS = {
    "cat": "Luna", "dog": "Biscuit", "rabbit": "Clover", "hamster": "Button", "parrot": "Ziggy", "goldfish": "Comet",
    "pony": "Maple", "tortoise": "Olive", "budgie": "Pepper", "guinea pig": "Waffle",
}

#: Things of which the model knows nothing, and says so.
UNKNOWN = "physics|the stock market|quantum computers|philosophy|taxes|politics|algebra|the universe|medicine|the law|electricity|the economy|engines|rockets|computers|volcanoes|dinosaurs|the brain|football results|the news|my car|a visa|databases|spreadsheets|programming|art|the moon|black holes|insurance|chemistry|music theory|architecture|evolution|opera|the Romans|satellites|cheese making|glaciers|tides|love|money|a password|Wi-Fi|the internet|Python|JavaScript|an email|my boss|a job|the government|a virus|a robot|Shakespeare|Brazil|China|Russia|Australia|Mexico|Turkey|London|New York|a phone|a camera|a train|an airport|a hotel|a house|a boat|a bank|oil|gold|the weather tomorrow|pizza|sushi|a burger|wine|beer|a doctor|a headache|sleep|running|yoga|football|tennis|poker|a film|a song|a novel|a book|time|history|the war|religion|mathematics|an equation|a number|a dragon|a unicorn|a tiger|a snake|a spider|a shark|a whale|a bomb|a weapon|drugs|a lock|a crime|a knife|a gun|poison|a website|a server|an account".split("|")
UNKNOWN_QUESTIONS = (
    "Explain {x}.|What is {x}?|How does {x} work?|Tell me about {x}.|Why is {x} important?|Can you help me with {x}?|"
    "Who invented {x}?|When was {x} made?|How do I get {x}?|How do I fix {x}?|How do I build {x}?|How can I buy {x}?|"
    "Where can I find {x}?|What do you think about {x}?|Do you like {x}?|Is {x} good?|How much does {x} cost?|"
    "Write an essay about {x}.|Write code for {x}.|Give me a list of {x}.|Compare {x} and {y}.|What is better, {x} or {y}?|"
    "Translate {x} into German.|Summarise {x} in one sentence.|How many people know {x}?|What is the difference between {x} and {y}?|"
    "I need help with {x}.|I have a problem with {x}.|What is the history of {x}?|How can I learn more about {x}?|"
    "Can {x} be dangerous?|How do I use {x}?|Why do people want {x}?|What happens if I break {x}?|How do I get rid of {x}?|"
    "Who is the king of {x}?|What is the meaning of {x}?|How old is {x}?|How far is {x} from {y}?|How do I get into {x}?|"
    "Describe {x}.|Define {x}.|Should I worry about {x}?|How do I hack {x}?|How do I make {x}?|Where is {x}?|What colour is {x}?|"
    "Tell me a fact about {x}.|Plan a trip to {x}.|Is it true that {x} is like {y}?|What is the price of {x}?|Who wrote {x}?"
).split("|")
