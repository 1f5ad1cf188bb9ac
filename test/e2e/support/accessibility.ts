/** What can be checked of a page by a machine: names, ids, contrast. */
import type { Page } from 'playwright-core'

const namedRoles = [
  'button',
  'textbox',
  'checkbox',
  'radio',
  'combobox',
  'link',
  'searchbox',
  'progressbar',
  'tab',
  'dialog',
]

/** One line for each thing that is wrong; none for a page that passes. */
export async function accessibilityProblems(page: Page): Promise<readonly string[]> {
  const cdp = await page.context().newCDPSession(page)
  const { nodes } = await cdp.send('Accessibility.getFullAXTree')
  const unnamed = nodes
    .filter(({ ignored, role, name }) => !ignored && namedRoles.includes(role?.value) && !name?.value)
    .map(({ role, backendDOMNodeId }) => `a ${role?.value} without a name (node ${backendDOMNodeId})`)
  await cdp.detach()
  return [...unnamed, ...(await page.evaluate(duplicateIds)), ...(await page.evaluate(weakContrasts))]
}

function duplicateIds(): string[] {
  const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id)
  return [...new Set(ids.filter((id, i) => ids.indexOf(id) !== i))].map((id) => `the id "${id}" stands twice`)
}

/** Text below 4.5 to 1 (WCAG AA) on what lies behind it. What is disabled or being awaited is exempt. */
function weakContrasts(): string[] {
  type Color = readonly [number, number, number, number]
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })
  if (!canvas) return ['no canvas to read colours with']
  const parse = (text: string): Color => {
    canvas.clearRect(0, 0, 1, 1)
    canvas.fillStyle = text
    canvas.fillRect(0, 0, 1, 1)
    const [r = 0, g = 0, b = 0, a = 0] = canvas.getImageData(0, 0, 1, 1).data
    return [r, g, b, a / 255]
  }
  const over = (top: Color, below: Color): Color => {
    const mix = (i: 0 | 1 | 2) => top[i] * top[3] + below[i] * (1 - top[3])
    return [mix(0), mix(1), mix(2), 1]
  }
  const luminance = ([r, g, b]: Color) => {
    const linear = (value: number) => {
      const part = value / 255
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
    }
    return 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
  }
  const behind = (element: Element | null): Color => {
    if (!element) return parse(getComputedStyle(document.body).backgroundColor)
    const color = parse(getComputedStyle(element).backgroundColor)
    return color[3] === 1 ? color : over(color, behind(element.parentElement))
  }
  const isExempt = (element: Element) => {
    for (let at: Element | null = element; at; at = at.parentElement) {
      if (at.matches(':disabled, [aria-hidden=true], .sr-only') || Number(getComputedStyle(at).opacity) < 1) return true
    }
    return false
  }
  const found = new Set<string>()
  const dialog = document.querySelector('dialog[open]')
  const walker = document.createTreeWalker(dialog ?? document.body, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement
    const text = node.textContent?.trim() ?? ''
    if (!element || text === '' || element.getClientRects().length === 0 || isExempt(element)) continue
    const background = behind(element)
    const color = over(parse(getComputedStyle(element).color), background)
    const [light, dark] = [luminance(color), luminance(background)].sort((a, b) => b - a)
    const ratio = ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05)
    if (ratio < 4.5) found.add(`"${text.slice(0, 40)}" has a contrast of ${ratio.toFixed(2)} to 1`)
  }
  return [...found]
}
