/** Pixels that answers may grow by while they are written. */
const growth = 160

/** Scrolls to the prompt and its answers where these are not in sight, as on a phone. */
export function showAnswers(): void {
  // After the page is drawn anew: a notice may have come before the answers.
  setTimeout(() => {
    const ask = document.getElementById('ask')
    const answers = ask?.querySelector('.answers')
    if (!ask || !answers) return
    const { top, bottom } = answers.getBoundingClientRect()
    if (top >= 0 && bottom + growth <= innerHeight) return
    const still = matchMedia('(prefers-reduced-motion: reduce)').matches
    ask.scrollIntoView({ block: 'start', behavior: still ? 'auto' : 'smooth' })
  }, 50)
}
