import axe from 'axe-core'
import type { Page } from 'playwright-core'

/** Of the rules of axe-core: those of WCAG 2.2 A and AA, and what its makers hold to be good besides. */
const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']

/** Rows that are made like the ones before them: looking at each of hundreds would take most of the time. */
const alike = ['.listing-row:nth-child(n + 7)', '.ladder-row:nth-child(n + 5)']

/** One line for each serious or critical finding of axe-core on the page as it is; none for a page that passes. */
export async function seriousFindings(page: Page, only: readonly string[] | null = null): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source)
  const { violations } = await page.evaluate(
    ({ runOnly, exclude }) => window.axe.run({ exclude }, { runOnly, resultTypes: ['violations'] }),
    {
      runOnly: only === null ? { type: 'tag' as const, values: tags } : { type: 'rule' as const, values: [...only] },
      exclude: alike,
    },
  )
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) =>
      nodes.map(
        ({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary?.split('\n').at(1)?.trim()}`,
      ),
    )
}

declare global {
  interface Window {
    readonly axe: typeof axe
  }
}
