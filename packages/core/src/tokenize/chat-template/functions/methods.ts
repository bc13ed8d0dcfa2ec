import { unsupported } from '../template-error.ts'
import { Dict } from '../values/dict.ts'
import {
  type Call,
  Callable,
  isList,
  isText,
  type Markup,
  Tuple,
  typeName,
  type Value,
} from '../values/values.ts'
import { dictMethods, listMethods, numberAttributes, tupleMethods } from './collection-methods.ts'
import { textMethods } from './text-methods.ts'

/** Methods that modify their object: the sandbox returns an undefined value instead. */
const changing: Readonly<Record<string, readonly string[]>> = {
  list: ['append', 'clear', 'extend', 'insert', 'pop', 'remove', 'reverse', 'sort'],
  dict: ['clear', 'pop', 'popitem', 'setdefault', 'update'],
}

/** Methods of Python's types that are not supported here. */
const lacking: Readonly<Record<string, readonly string[]>> = {
  str: ['encode', 'maketrans'],
  Markup: ['encode', 'maketrans', 'format', 'format_map', 'escape', 'unescape', 'striptags'],
  int: ['as_integer_ratio', 'bit_count', 'from_bytes', 'to_bytes'],
  bool: ['as_integer_ratio', 'bit_count', 'from_bytes', 'to_bytes'],
  float: ['as_integer_ratio', 'fromhex', 'hex'],
  dict_keys: ['isdisjoint', 'mapping'],
  dict_values: ['mapping'],
  dict_items: ['isdisjoint', 'mapping'],
  range: ['count', 'index', 'start', 'step', 'stop'],
  generator: ['close', 'send', 'throw', 'gi_running', 'gi_yieldfrom', 'gi_suspended'],
}

/** An attribute of one of Python's built-in types; undefined if the type has none of that name. */
export function methodOf(object: Value, name: string): Value | 'unsafe' | undefined {
  const type = typeName(object)
  if (changing[type]?.includes(name)) return 'unsafe'
  if (lacking[type]?.includes(name)) throw unsupported(`the method ${name} of ${type}`)
  if (isText(object)) return bind(textMethods, object as string | Markup, name)
  if (isList(object)) return bind(listMethods, object, name)
  if (object instanceof Tuple) return bind(tupleMethods, object, name)
  if (object instanceof Dict) return bind(dictMethods, object, name)
  return numberAttributes(object, name)
}

function bind<Self extends Value>(
  methods: Readonly<Record<string, (self: Self) => Call>>,
  self: Self,
  name: string,
): Callable | undefined {
  return Object.hasOwn(methods, name) ? new Callable(name, methods[name]!(self)) : undefined
}
