import { render } from 'preact'
import { App } from './components/app.tsx'
import { modelChoices } from './model-choices.ts'
import { conversation } from './state/conversation.ts'
import { modelSession } from './state/model-session.ts'
import './styles/tokens.css'
import './styles/base.css'
import './styles/controls.css'
import './styles/page.css'
import './styles/answers.css'
import './styles/patches.css'
import './styles/training.css'

render(<App />, document.getElementById('page') as HTMLElement)

// The first sight of the page is an answer and its patched one: opening the small model takes a moment.
const [first] = modelChoices
if (first) {
  conversation.prompt.value = first.examples[0] ?? ''
  void modelSession.open(first).then(() => conversation.ask())
}
