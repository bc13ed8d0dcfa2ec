import { printableJson, printableLine } from '../../text/printable.ts'
import type { MeasuredRate, PatchManifest } from '../manifest.ts'

/** Licences with an identifier on the Hugging Face Hub, which is the SPDX one in lower case. */
const hubLicenses = new Set(
  `afl-3.0 agpl-3.0 apache-2.0 artistic-2.0 bsd-2-clause bsd-3-clause bsd-3-clause-clear cc-by-2.0 cc-by-3.0 cc-by-4.0
  cc-by-nc-4.0 cc-by-nc-nd-4.0 cc-by-nc-sa-4.0 cc-by-nd-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc0-1.0 ecl-2.0 epl-2.0
  eupl-1.1 eupl-1.2 gpl-2.0 gpl-3.0 isc lgpl-2.1 lgpl-3.0 mit mpl-2.0 ms-pl ncsa odbl ofl-1.1 osl-3.0 postgresql
  unlicense wtfpl zlib`.split(/\s+/),
)

const hubId = /^[\w.-]+\/[\w.-]+$/

/** README.md of a patch: a model card with the Hugging Face Hub's front matter. */
export function modelCard(manifest: PatchManifest): string {
  const { base, prefix, recipe } = manifest
  const sections = [
    `---\n${frontMatter(manifest).join('\n')}\n---`,
    `# ${plain(manifest.name)} ${manifest.version}`,
    `A patch for \`${code(base.id)}\`: a prefix of ${prefix.length} learned virtual tokens ` +
      `(${prefix.length * base.hiddenSize} parameters) that is placed before the prompt. The model's weights do ` +
      `not change. Domain: ${plain(manifest.domain)}. Licence: ${plain(manifest.license)}.`,
    '## Measured effects',
    effectsTable(manifest),
    ...gated(manifest),
    ...composed(manifest),
    '## Use',
    usage(manifest),
    '## How it was made',
    [
      `- Reference: ${plain(recipe.reference)}`,
      `- Prefix initialised from: ${plain(prefix.init)}`,
      `- Seed: ${recipe.seed}`,
      ...Object.keys(recipe.data)
        .sort()
        .map((role) => `- SHA-256 of ${plain(role)}: \`${recipe.data[role]}\``),
      `- Created: ${manifest.created}`,
    ].join('\n'),
    '`patch.json` has all settings and the fingerprints of the base model.',
    ...relations(manifest),
  ]
  return `${sections.join('\n\n')}\n`
}

function frontMatter(manifest: PatchManifest): string[] {
  const { license, base, domain, prefix } = manifest
  const id = license.toLowerCase()
  return [
    ...(hubLicenses.has(id)
      ? [`license: ${id}`]
      : ['license: other', `license_name: ${quoted(id.replace(/\s+/g, '-'))}`]),
    ...(hubId.test(base.id) ? [`base_model: ${base.id}`, 'base_model_relation: adapter'] : []),
    // PEFT does not support parallel prefixes.
    `library_name: ${prefix.parts ? 'policypatch' : 'peft'}`,
    'pipeline_tag: text-generation',
    'tags:',
    ...['policypatch', 'prompt-tuning', 'safety', domain].map((tag) => `- ${quoted(tag)}`),
    ...modelIndex(manifest),
  ]
}

function effectsTable({ effects }: PatchManifest): string {
  if (effects.length === 0) return 'None recorded.'
  const rows = effects.map(({ metric, judge, data, n, before, after }) =>
    [plain(metric), interval(before), interval(after), n, plain(judge), plain(data)].join(' | '),
  )
  return [
    '| Metric | Before | After | n | Judge | Data |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
    '',
    'In brackets: 95% intervals.',
  ].join('\n')
}

function interval({ value, low, high }: MeasuredRate): string {
  const [v, l, h] = [value, low, high].map((x) => Number(x.toPrecision(3)))
  return `${v} [${l}, ${h}]`
}

function gated({ prefix }: PatchManifest): string[] {
  if (!prefix.gate) return []
  const { layers, window, question, units, figures } = prefix.gate
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`
  const measured =
    figures &&
    `On held-out prompts it fired on ${percent(figures.recall)} of the ${figures.harmful} target prompts and ` +
      `on ${Object.entries(figures.falsePositives)
        .map(([part, share]) => `${percent(share)} (${plain(part)})`)
        .join(', ')} of ${figures.harmless} other prompts.`
  return [
    '## Gate',
    `The prefix is used only if its gate fires. The gate has ${units} units that read the user's last message ` +
      `after layer ${layers.join(' and ')} of the base model, at the last token and over the last ${window}${question === undefined ? '' : `, under the question “${plain(question)}”`}. Other prompts get the base model's own answer. ` +
      `${measured ?? ''}`.trim(),
  ]
}

function composed({ composition }: PatchManifest): string[] {
  if (!composition) return []
  const rows = composition.parts.map(
    ({ name, version, length, weight, digest }) =>
      `| ${plain(name)} ${plain(version)} | ${length} | ${weight} | \`${digest.slice(0, 12)}\` |`,
  )
  const table = ['| Patch | Virtual tokens | Weight | SHA-256 |', '| --- | --- | --- | --- |', ...rows]
  return [`## Composed of`, `Method: \`${composition.method}\``, table.join('\n')]
}

function usage({ base, name, prefix }: PatchManifest): string {
  const model = quoted(base.id)
  const ours = `\`\`\`ts
import { applyPatch, loadModel, readPatch } from 'policypatch'

const model = applyPatch(await loadModel(${model}), await readPatch("path/to/${name}"))
\`\`\``
  if (prefix.parts) {
    return `${ours}\n\nThis is a parallel stack, which no other library supports as an adapter. Export it to run it elsewhere.`
  }
  return `${ours}

It is also a prompt-tuning adapter of [PEFT](https://github.com/huggingface/peft)${prefix.gate ? ', without the gate: there the prefix applies to every prompt' : ''}:

\`\`\`python
from peft import PeftModel
from transformers import AutoModelForCausalLM

model = PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(${model}), "path/to/${name}")
\`\`\``
}

function relations({ requires, conflicts }: PatchManifest): string[] {
  return [
    ...(requires.length > 0 ? [`Requires: ${requires.map(plain).join(', ')}.`] : []),
    ...(conflicts.length > 0 ? [`Do not apply with: ${conflicts.map(plain).join(', ')}.`] : []),
  ]
}

/**
 * Text on one line. Escapes what Markdown, HTML and model card sites would interpret as markup, formulas, links or user names.
 */
function plain(text: string): string {
  return printableLine(text.replace(/\s+/g, ' '))
    .replace(/[\\`*_{}[\]<>|#~$&@]/g, '\\$&')
    .replace(/:\/\//g, ':\\//')
    .replace(/\bwww\./gi, (found) => `${found.slice(0, -1)}\\.`)
}

function code(text: string): string {
  return printableLine(text.replace(/[\s`]+/g, ' '))
}

/** Quoted text, for code and for YAML, whose double-quoted strings are a superset of JSON's. */
export const quoted = (text: string): string => printableJson(JSON.stringify(text))

/**
 * The measurements as lines of YAML, in the form of the Hugging Face Hub's `model-index` (huggingface_hub:
 * `ModelCardData.eval_results`); no lines without measurements. The value is the one with the patch; the base's, the interval, n
 * and the judge are among the metric's arguments.
 */
export function modelIndex({ name, effects }: Pick<PatchManifest, 'name' | 'effects'>): string[] {
  if (effects.length === 0) return []
  const data = [...new Set(effects.map((effect) => effect.data))]
  return [
    'model-index:',
    `- name: ${quoted(name)}`,
    '  results:',
    ...data.flatMap((dataset) => [
      '  - task:',
      '      type: text-generation',
      '    dataset:',
      `      type: ${quoted(slug(dataset))}`,
      `      name: ${quoted(dataset)}`,
      '    metrics:',
      ...effects
        .filter((effect) => effect.data === dataset)
        .flatMap(({ metric, judge, n, before, after }) => [
          `    - type: ${quoted(slug(metric))}`,
          `      value: ${round(after.value)}`,
          `      name: ${quoted(`${metric} (${judge})`)}`,
          '      args:',
          `        judge: ${quoted(judge)}`,
          `        n: ${n}`,
          `        interval_95: [${round(after.low)}, ${round(after.high)}]`,
          `        base: ${round(before.value)}`,
          `        base_interval_95: [${round(before.low)}, ${round(before.high)}]`,
        ]),
    ]),
  ]
}

const round = (value: number) => Number(value.toPrecision(4))

const slug = (text: string) =>
  text
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '') || 'unnamed'
