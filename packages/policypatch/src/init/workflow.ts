import type { InitWorkflow } from './init-settings.ts'

/** A GitHub workflow that trains and evaluates a patch, or evaluates the one in the repository. */
export function workflow(name: string, ci: Exclude<InitWorkflow, 'none'>): string {
  const inputs = ci === 'train' ? ['*.jsonl', '*.txt'] : ['held-out.jsonl', 'patches/**']
  const paths = [...inputs, 'policypatch.config.ts', 'package.json', '.github/workflows/policypatch.yml']
  return `name: policypatch
on:
  push:
    paths: [${paths.map((path) => `'${path}'`).join(', ')}]
  workflow_dispatch:

permissions:
  contents: read

jobs:
  ${ci}:
    runs-on: ubuntu-latest
    env:
      POLICYPATCH_CACHE: \${{ github.workspace }}/.models
    steps:
      - uses: actions/checkout@v5
      - uses: actions/setup-node@v5
        with:
          node-version: 22
      - uses: actions/cache@v4
        with:
          path: .models
          key: models-\${{ hashFiles('policypatch.config.ts') }}
      - run: npm install
${ci === 'train' ? '      # It fails where the patch fails on prompts that training never saw.\n      - run: npm run train\n' : ''}      - run: npm run eval
      - run: npm run report
      - uses: actions/upload-artifact@v4
        with:
          name: ${name}
          path: |
            patches
            evaluation.json
            report.html
`
}
