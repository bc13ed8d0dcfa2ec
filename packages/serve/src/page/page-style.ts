/** The style of the chat page, for light and dark mode. */
export const pageStyle = `
:root { font: 16px/1.5 system-ui, sans-serif; --line: light-dark(#d0d4da, #3a4048); --soft: light-dark(#f4f5f7, #1d2127);
  --accent: light-dark(#1f5fbf, #7fb0ff); color-scheme: light dark; }
body { margin: 0 auto; max-width: 72rem; padding: 1rem; }
header { display: flex; gap: 1rem; align-items: baseline; flex-wrap: wrap; }
h1 { font-size: 1.2rem; margin: 0; }
header p { margin: 0; }
form { display: flex; gap: 1rem; flex-wrap: wrap; align-items: end; margin: 1rem 0; }
fieldset { border: 1px solid var(--line); border-radius: 6px; margin: 0; }
#patches label { display: flex; gap: .5rem; align-items: center; }
#patches input[type=number] { width: 5rem; }
#ask { flex-direction: column; align-items: stretch; gap: .5rem; }
textarea, input, button { font: inherit; padding: .4rem .6rem; border: 1px solid var(--line); border-radius: 6px; }
input[type=checkbox] { width: 1rem; height: 1rem; }
button { cursor: pointer; }
button[type=submit] { border-color: var(--accent); color: var(--accent); font-weight: 600; }
button:disabled { cursor: default; opacity: .5; }
.buttons { display: flex; gap: .5rem; }
ol { list-style: none; padding: 0; margin: 0; display: grid; gap: 1rem; }
.question { white-space: pre-wrap; font-weight: 600; margin: 0 0 .5rem; }
.answers { display: grid; grid-template-columns: repeat(auto-fit, minmax(18rem, 1fr)); gap: 1rem; }
.answer { background: var(--soft); border: 1px solid var(--line); border-radius: 6px; padding: .6rem .8rem; }
.answer h2 { font-size: .85rem; margin: 0 0 .3rem; }
.answer p { white-space: pre-wrap; overflow-wrap: anywhere; margin: 0; min-height: 1.5em; }
.answer.failed p { color: light-dark(#a11, #f99); }
`
