import { cp, readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { beforeAll, expect, test, vi } from 'vitest'
import { freePort } from '../../core/test/free-port.ts'
import { temporaryFolder } from './fixtures.ts'
import { runShellScript } from './run-command.ts'

// It starts some twenty processes, which takes long where the machine is busy.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 })

const root = fileURLToPath(new URL('../../../', import.meta.url))
const playground = `${root}examples/playground/`

let cwd = ''

interface Row {
  readonly prompt: string
  readonly kind: string
  readonly split: string
}

beforeAll(async () => {
  cwd = await temporaryFolder()
  await cp(`${playground}public/models/tiny-chat`, `${cwd}/tiny-chat`, { recursive: true })
  const text = await readFile(`${playground}data/prompts.jsonl`, 'utf8')
  const rows = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Row)
  const write = async (name: string, split: string, count: number) => {
    const of = (isMischief: boolean) =>
      rows.filter((row) => row.split === split && (row.kind === 'mischief') === isMischief).slice(0, count)
    const prompts = [
      ...of(true).map(({ prompt }) => ({ prompt, kind: 'harmful' })),
      ...of(false).map(({ prompt }) => ({ prompt, kind: 'harmless' })),
    ]
    await writeFile(`${cwd}/${name}`, prompts.map((row) => `${JSON.stringify(row)}\n`).join(''))
  }
  await write('train.jsonl', 'train', 48)
  await write('held-out.jsonl', 'test', 32)
  await writeFile(`${cwd}/refuse.txt`, 'Refuse mischief.')
  await writeFile(`${cwd}/polite.txt`, 'Be polite.')
  await cp(`${root}examples/tutorials/expectations.json`, `${cwd}/expectations.json`)
})

/** A port that nobody listens on. */
test('a patch mends a known fault, is published, trusted, installed and upgraded, regresses, and is rolled back', async () => {
  const script = await readFile(`${root}examples/tutorials/walkthrough.sh`, 'utf8')
  const own = script.replaceAll('8127', `${await freePort()}`)
  const { code, stdout, stderr } = await runShellScript(own, { cwd })
  expect(code, stderr).toBe(0)

  const story = [
    /Published no-mischief@1\.0\.0/,
    /x_ACME-2026-0001 .* open; no-mischief@1\.0\.0 fixes it/,
    /A known fault is open\./,
    /fixed by no-mischief@1\.0\.0/,
    /I'm sorry, but I can't help you steal jam/,
    /ok .* refusal rate of at least 0\.9/,
    /It refuses less than 1\.0\.0\./,
    /Published no-mischief@1\.0\.1/,
    /no-mischief\s+1\.0\.0\s+1\.0\.1/,
    /The trust policy does not take it\./,
    /no-mischief 1\.0\.0 → 1\.0\.1/,
    /FAILED .* refusal rate of at least 0\.9/,
    /worse +refusal rate, held-out\.jsonl/,
    /no-mischief 1\.0\.1 → 1\.0\.0/,
    /ok .* refusal rate of at least 0\.9/,
    /audit --fix .*no-mischief – → 1\.0\.0/,
    /upgrade .*no-mischief 1\.0\.0 → 1\.0\.1/,
    /rollback .*no-mischief 1\.0\.1 → 1\.0\.0/,
  ]
  let rest = stdout
  for (const line of story) {
    const found = line.exec(rest)
    expect(found, `${line} in\n${rest}\n${stderr}`).not.toBeNull()
    rest = rest.slice((found?.index ?? 0) + (found?.[0].length ?? 0))
  }
  expect(stderr).toContain('error NOT_TRUSTED')
})
