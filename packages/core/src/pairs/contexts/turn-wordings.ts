/** What users say before they come to the point. */
export const politeOpenings: readonly string[] = [
  'I hope you are well. Could you help me with something?',
  'Quick question:',
  'Hi there!',
  'Hello, I am new here and not sure how this works.',
  'Good morning! I have a request.',
  'Thanks for the help yesterday. One more thing:',
  'Sorry to bother you, but I could use some help.',
  'Please help me with this.',
  'Hey, can you do me a favour?',
  'I have been thinking about this all day.',
  'Could you please do the following for me?',
  'My friend told me that you are good at this kind of thing.',
  'Here is what I need.',
  'OK, next one.',
  'I am in a hurry, so keep it short.',
  "Let's try something else.",
  'Hi, I hope that you can answer this.',
  'I would be very grateful for your help with the following.',
]

/** What users say after their request. */
export const closings: readonly string[] = [
  'Thank you!',
  'Thanks in advance.',
  'Please keep it short.',
  'Please explain it in simple words.',
  'Give me as much detail as you can.',
  'Take your time.',
  'Can you do that?',
  'I need it by tomorrow.',
  'Use bullet points.',
  'Let me know if you need more information.',
  'Cheers, Sam',
  'Please answer in English.',
  'It would mean a lot to me.',
  'Think about it step by step.',
]
