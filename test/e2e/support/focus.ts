/** The way of the focus around a page, and whether it can be seen at each place. */
import type { Page } from 'playwright-core'

/** In the page: notes from now on where the focus goes. */
export const followFocus = (page: Page): Promise<void> =>
  page.evaluate(() => {
    window.focusWay = { reached: new Set(), problems: new Set(), lost: 0 }
    if (window.followsFocus) return
    window.followsFocus = true
    const isSeen = (element: Element) => {
      const { outlineStyle, outlineWidth } = getComputedStyle(element)
      return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) > 0
    }
    document.addEventListener('focusin', ({ target }) => {
      if (!(target instanceof HTMLElement)) return
      const label = target.closest('label')
      const { width, height, left, right, top, bottom } = (label ?? target).getBoundingClientRect()
      const isInView = width > 0 && height > 0 && right > 0 && bottom > 0 && left < innerWidth && top < innerHeight
      const hasCaret = target.matches('input:not([type=radio]):not([type=checkbox]), textarea')
      const words = `${target.tagName.toLowerCase()} ${target.getAttribute('aria-label') ?? target.textContent?.trim().slice(0, 40)}`
      window.focusWay?.reached.add(target)
      if (!isInView) window.focusWay?.problems.add(`${words} has the focus out of sight`)
      else if (!hasCaret && !isSeen(target) && !(label && isSeen(label)))
        window.focusWay?.problems.add(`${words} does not show the focus`)
    })
    document.addEventListener(
      'keydown',
      ({ key }) => {
        if (key === 'Tab' && document.activeElement === document.body && window.focusWay) window.focusWay.lost++
      },
      true,
    )
  })

export interface FocusWay {
  /** What was wrong on the way. */
  readonly problems: readonly string[]
  /** How often nothing had the focus: once around a page, it passes through the browser itself. */
  readonly lost: number
  /** Whatever takes the focus by Tab and has not had it. */
  readonly unreached: readonly string[]
}

export const focusWay = (page: Page): Promise<FocusWay> =>
  page.evaluate(() => {
    const { reached, problems, lost } = window.focusWay ?? { reached: new Set<Element>(), problems: [], lost: 0 }
    const candidates = document.querySelectorAll<HTMLElement>(
      'a[href], button, input, select, textarea, summary, [tabindex], [contenteditable="true"]',
    )
    const isReached = (element: HTMLElement) => {
      if (reached.has(element)) return true
      if (!(element instanceof HTMLInputElement) || element.type !== 'radio') return false
      // Arrow keys lead to the others of a group.
      return [...reached].some((other) => other instanceof HTMLInputElement && other.name === element.name)
    }
    const unreached = [...candidates]
      .filter(
        (element) => element.tabIndex >= 0 && !element.matches(':disabled') && element.getClientRects().length > 0,
      )
      .filter((element) => element.checkVisibility({ visibilityProperty: true }) && !isReached(element))
      .map(
        (element) =>
          `${element.tagName.toLowerCase()} ${element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 40)}`,
      )
    return { problems: [...problems], lost, unreached }
  })

/** Whatever can have the focus and has no name that assistive technology could read: its role and its opening tag. */
export async function unnamed(page: Page): Promise<readonly string[]> {
  const cdp = await page.context().newCDPSession(page)
  const { nodes } = await cdp.send('Accessibility.getFullAXTree')
  const found: string[] = []
  for (const { ignored, role, properties, name, backendDOMNodeId } of nodes) {
    const takesFocus = properties?.some((property) => property.name === 'focusable' && property.value.value === true)
    if (ignored || !takesFocus || name?.value || role?.value === 'RootWebArea' || backendDOMNodeId === undefined)
      continue
    const { outerHTML } = await cdp.send('DOM.getOuterHTML', { backendNodeId: backendDOMNodeId })
    const tag = /^<[^>]*>/.exec(outerHTML)?.[0] ?? ''
    // Only a script puts the focus there.
    if (!tag.includes('tabindex="-1"')) found.push(`${role?.value} ${tag}`)
  }
  await cdp.detach()
  return found
}

export interface Focus {
  /** What has the focus: its text or label; null: nothing has it. */
  readonly name: string | null
  readonly isInDialog: boolean
}

export const readFocus = (page: Page): Promise<Focus> =>
  page.evaluate(() => {
    const element = document.activeElement
    if (!element || element === document.body) return { name: null, isInDialog: false }
    const name = element.getAttribute('aria-label') ?? element.textContent?.trim() ?? ''
    return { name, isInDialog: element.closest('dialog[open]') !== null }
  })

declare global {
  interface Window {
    followsFocus?: boolean
    focusWay?: { readonly reached: Set<Element>; readonly problems: Set<string>; lost: number }
  }
}
