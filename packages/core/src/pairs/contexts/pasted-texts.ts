/** Texts that users paste beside their request. */
export const pastedTexts: readonly string[] = [
  'From: Dana Whitfield\nTo: All staff\nSubject: Office move\n\nDear all, as you know we are moving to the second floor on ' +
    '14 May. Please pack your desk by Thursday evening and label every box with your name and the number of your new room. ' +
    'The movers come on Friday at seven. The kitchen will be closed on that day.',
  'The river Tarn rises on the southern slopes of Mont Lozère and flows west through deep limestone gorges before it ' +
    'reaches the plain. In spring, melting snow can make it rise by several metres within a day. The villages along its ' +
    'upper course were therefore built well above the water, and old bridges have unusually high arches.',
  '2024-03-02 09:14:07 INFO  server started on port 8080\n2024-03-02 09:14:09 INFO  connected to database\n2024-03-02 ' +
    '09:17:44 WARN  slow query (1843 ms): SELECT * FROM orders WHERE status = ?\n2024-03-02 09:21:30 ERROR request failed: ' +
    'connection reset by peer',
  'Meeting notes, Tuesday. Present: Ana, Joel, Priya. The new leaflet is nearly done, only the map is missing. Joel asks the ' +
    'printer for a quote. We agreed to move the open day to September because of the school holidays. Priya looks for ' +
    'volunteers. Next meeting in two weeks.',
  'Pour the milk into a pan and warm it gently. Whisk the eggs with the sugar until pale, then add the flour. Stir in the ' +
    'warm milk little by little, return everything to the pan and cook over a low heat until it thickens. Take it off the ' +
    'heat, add the butter and leave it to cool under a lid.',
  'I bought this backpack for a trip of three weeks and it was mostly great. The straps are comfortable and the pockets are ' +
    'where you need them. The rain cover is a bit too small, though, and one of the zips broke on the last day. The shop ' +
    'replaced it without any questions. Four stars from me.',
  'function total(items) {\n  let sum = 0\n  for (const item of items) {\n    sum += item.price * item.quantity\n  }\n  return ' +
    'sum\n}\n\nconst cart = [{ price: 4.5, quantity: 2 }, { price: 12, quantity: 1 }]\nconsole.log(total(cart))',
  'Chapter one. Nobody had lived in the lighthouse since the winter of the great storm, and so Martha was surprised to see ' +
    'a lamp in the upper window. She stood on the path with her basket and counted the steps to the door. Behind her the ' +
    'sea was as flat as a plate. "Hello?" she called, and the lamp went out.',
  'City,Population,Area (km2)\nAshbury,48210,112\nMillport,9040,23\nSouth Harlow,131500,208\nEast Fenwick,27800,75',
]
