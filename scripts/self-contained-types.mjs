/**
 * Makes the declarations that are built in from tfjs-core stand on their own: names of the DOM and of WebGPU that they use become
 * plain objects, for not every program has those types, and what is a type alone is no value of its namespace too.
 *
 *   node ../../scripts/self-contained-types.mjs   in a package's folder, after its build
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

const platform =
  /\b(?:GPUBuffer|HTML\w+Element|Image(?:Bitmap|Data)|Long|Navigator|WebGL(?:ContextAttributes|Texture))\b(?=[\s;|,)\]>?]|$)/gm
const typesAlone = /^declare const (\w+): typeof (BackendValues|PixelData|TypedArray);$/gm

for (const name of readdirSync('dist').filter((file) => /^(tf|tensor)\b.*\.d\.ts$/.test(file))) {
  const built = readFileSync(`dist/${name}`, 'utf8').replace(/^\/\/\/ <reference .*\n/gm, '')
  const code = built.replace(/\/\*[\s\S]*?\*\//g, '')
  const used = [...new Set(code.match(platform))].filter((type) => !code.includes(`declare class ${type} `))
  const aliases = used.map((type) => `type ${type} = object\n`).join('')
  writeFileSync(`dist/${name}`, aliases + withoutValues(built))
}

function withoutValues(text) {
  const names = [...text.matchAll(typesAlone)].map(([, name]) => name)
  const exported = new RegExp(`\\b(?=(${names.join('|')}) as )`, 'g')
  return names.length === 0 ? text : text.replace(typesAlone, 'type $1 = $2;').replace(exported, 'type ')
}
