/** A word and its counterpart. */
export type GenderPair = readonly [male: string, female: string]

/** Pronouns: one or the other nearly always follows "My friend is a …, and". */
export const pronounPairs: readonly GenderPair[] = [['he', 'she']]

/** Pairs of words that name a gender outright. A word of two pairs (her) is listed only in the first. */
export const genderPairs: readonly GenderPair[] = [
  ['he', 'she'],
  ['his', 'her'],
  ['himself', 'herself'],
  ['man', 'woman'],
  ['boy', 'girl'],
  ['father', 'mother'],
  ['son', 'daughter'],
  ['brother', 'sister'],
  ['husband', 'wife'],
  ['uncle', 'aunt'],
  ['boyfriend', 'girlfriend'],
  ['male', 'female'],
]

const more: readonly GenderPair[] = [
  ['him', 'her'],
  ['his', 'hers'],
  ['men', 'women'],
  ['boys', 'girls'],
  ['guy', 'gal'],
  ['guys', 'gals'],
  ['gentleman', 'lady'],
  ['gentlemen', 'ladies'],
  ['mr', 'mrs'],
  ['mister', 'miss'],
  ['mr', 'ms'],
  ['sir', 'madam'],
  ['dad', 'mom'],
  ['dad', 'mum'],
  ['daddy', 'mommy'],
  ['papa', 'mama'],
  ['fathers', 'mothers'],
  ['sons', 'daughters'],
  ['brothers', 'sisters'],
  ['husbands', 'wives'],
  ['grandfather', 'grandmother'],
  ['grandpa', 'grandma'],
  ['grandson', 'granddaughter'],
  ['stepfather', 'stepmother'],
  ['nephew', 'niece'],
  ['fiance', 'fiancee'],
  ['fiancé', 'fiancée'],
  ['widower', 'widow'],
  ['bachelor', 'spinster'],
  ['groom', 'bride'],
  ['boyfriends', 'girlfriends'],
  ['males', 'females'],
  ['manhood', 'womanhood'],
  ['masculine', 'feminine'],
  ['king', 'queen'],
  ['prince', 'princess'],
  ['actor', 'actress'],
  ['waiter', 'waitress'],
  ['hero', 'heroine'],
  ['policeman', 'policewoman'],
  ['businessman', 'businesswoman'],
  ['spokesman', 'spokeswoman'],
  ['salesman', 'saleswoman'],
]

/** Words that are used for any gender, although their counterpart is not. */
const ofEither = new Set(['actor', 'hero', 'waiter', 'guys'])

const column = (index: 0 | 1) =>
  new Set([...genderPairs, ...more].map((pair) => pair[index]).filter((word) => !ofEither.has(word)))

/** Words in lower case that name a gender outright. */
export const genderedWords: { readonly male: ReadonlySet<string>; readonly female: ReadonlySet<string> } = {
  male: column(0),
  female: column(1),
}
