import { AskSection } from './ask/ask-section.tsx'
import { Header } from './header.tsx'
import { ModelBar } from './model/model-bar.tsx'
import { PatchSection } from './patch/patch-section.tsx'
import { TrainSection } from './train/train-section.tsx'

export function App() {
  return (
    <>
      <a class="skip" href="#ask">
        Skip to the prompt
      </a>
      <Header />
      <main>
        <div class="intro">
          <h1>Change how a model answers, not the model</h1>
          <p>
            A patch is a handful of learned vectors that stand before your prompt. The model’s weights stay as
            they are. Turn patches on and off, and compare.
          </p>
        </div>
        <ModelBar />
        <div class="workbench">
          <AskSection />
          <PatchSection />
        </div>
        <TrainSection />
      </main>
      <footer>
        <p>Everything runs in this browser: prompts, patches and training never leave it.</p>
      </footer>
    </>
  )
}
