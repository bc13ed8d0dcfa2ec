/**
 * Tests and benchmarks on a machine with a GPU: the conformance suite on each device of ONNX Runtime, a training step there
 * against PEFT's prompt tuning in PyTorch on the same GPU, and the demo.
 *
 *   npm run compare:gpu -- [--device cuda --device webgpu] [--case sft-b8 …] [--runs 5] [--warm-up 2] [--no-demo]
 *
 * Ratios are ours / PEFT in bfloat16, of median times: below 1, ours is faster. Missing devices are reported and skipped; without
 * any device the command fails. docs/backends.md has the requirements. PyTorch runs on CUDA if available, else on the CPU, as the
 * table shows.
 */
import { spawnSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { checkDevice, type Device, onnxruntimeBackend } from '@policypatch/backend-node'
import { formatTable } from '@policypatch/core/evaluate'
import { backendConformance } from '@policypatch/core/testing'
import { median, printLoad, printRatios, timeCells } from '../../timing/figures.ts'
import { pythonInterpreter } from '../../timing/python.ts'
import { shapeOf } from '../../timing/synthetic-model.ts'
import { type StepReport, stepCases, stepTask } from '../../timing/training-step.ts'
import { ownCommand, pythonCommand } from '../sides/command.ts'
import { runInTurn } from '../sides/run-in-turn.ts'

const { values } = parseArgs({
  options: {
    device: { type: 'string', multiple: true, default: ['cuda', 'webgpu'] },
    case: { type: 'string', multiple: true, default: stepCases.map(({ name }) => name) },
    runs: { type: 'string', default: '5' },
    'warm-up': { type: 'string', default: '2' },
    'no-demo': { type: 'boolean', default: false },
  },
})
const warmUp = Number(values['warm-up'])
const names = stepCases.map(({ name }) => name)
const unknown = values.case.find((name) => !names.includes(name))
if (unknown !== undefined) throw new Error(`--case takes ${names.join(', ')}, not ${unknown}`)
const cases = stepCases.filter(({ name }) => values.case.includes(name))

printLoad('before')
const devices = await presentDevices(values.device as Device[])
if (devices.length === 0)
  throw new Error('None of the devices is there: see docs/backends.md for what each needs')
for (const device of devices) await conform(device)
await compareSteps()
if (!values['no-demo']) for (const device of devices) runDemo(device)
printLoad('after')

async function presentDevices(wanted: readonly Device[]): Promise<Device[]> {
  const present: Device[] = []
  for (const device of wanted) {
    try {
      await checkDevice(device)
      present.push(device)
    } catch (error) {
      console.log(`${device}: ${(error as Error).message}`)
    }
  }
  return present
}

async function conform(device: Device): Promise<void> {
  const createBackend = () => onnxruntimeBackend({ device })
  const suite = backendConformance({ createBackend, tolerance: device === 'cpu' ? 1e-4 : 1e-3 })
  for (const { name, run } of suite) {
    try {
      await run()
    } catch (cause) {
      throw new Error(`${device} does not conform: ${name}`, { cause })
    }
  }
  console.log(`${device}: all ${suite.length} cases of the conformance suite hold`)
}

async function compareSteps(): Promise<void> {
  const torchDevice = torchHasCuda() ? ('cuda' as const) : undefined
  const table = [['case', 'side', 'median', 'all runs', 'over PEFT bfloat16', 'first loss']]
  const ratios: Record<string, number> = {}
  for (const stepCase of cases) {
    const shape = shapeOf(stepCase.shape ?? 'smollm2-135m')
    const task = { threads: 2, products: 'float32', ...(torchDevice && { torchDevice }) } as const
    const of = (precision: 'fp32' | 'bf16', device?: Device) =>
      stepTask(stepCase, Number(shape.vocab_size), { ...task, precision, ...(device && { device }) })
    const peft = pythonCommand('peft_step.py')
    const own = ownCommand(new URL('./own-step.ts', import.meta.url))
    const where = torchDevice ?? 'the processor'
    const sides = [
      { name: `PEFT bfloat16 on ${where}`, command: peft, task: of('bf16') },
      { name: `PEFT float32 on ${where}`, command: peft, task: of('fp32') },
      ...devices.map((device) => ({ name: `ours on ${device}`, command: own, task: of('fp32', device) })),
    ]
    const reports = await runInTurn<StepReport>(sides, warmUp + Number(values.runs))
    const times = reports.map((side) => side.slice(warmUp).map(({ seconds }) => seconds))
    const [bfloat16 = 0] = times.map(median)
    const losses = reports.map(([first]) => first?.loss ?? Number.NaN)
    for (const [index, { name }] of sides.entries()) {
      const own = times[index] ?? []
      const ratio = median(own) / bfloat16
      table.push([
        ...[stepCase.name, name, ...timeCells(own), ratio.toFixed(2)],
        (losses[index] as number).toFixed(4),
      ])
      // Times are only comparable if both sides compute the same.
      if (!(Math.abs((losses[index] as number) / (losses[1] as number) - 1) < 3e-2))
        throw new Error(`${stepCase.name}: the loss is ${losses[index]} for ${name}, ${losses[1]} in float32`)
      if (index > 1) ratios[`${stepCase.name}-${devices[index - 2]}`] = ratio
    }
  }
  console.log(formatTable(table))
  printRatios(ratios)
}

function torchHasCuda(): boolean {
  const asked = ['-c', 'import torch; print(torch.cuda.is_available())']
  return spawnSync(pythonInterpreter(), asked, { encoding: 'utf8' }).stdout.trim() === 'True'
}

function runDemo(device: Device): void {
  const [program, ...source] = ownCommand(new URL('../../packages/policypatch/src/cli.ts', import.meta.url))
  const out = `policypatch-demo/${device}`
  const started = performance.now()
  const { status } = spawnSync(program, [...source, 'demo', '--device', device, '--out', out, '--fresh'], {
    stdio: 'inherit',
  })
  if (status !== 0) throw new Error(`The demo on ${device} exits with ${status}`)
  console.log(`${device}: the demo takes ${((performance.now() - started) / 1000).toFixed(0)} s`)
}
