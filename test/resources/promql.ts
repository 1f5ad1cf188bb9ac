/** What a PromQL expression names: enough of the language to check names, not to understand it (promtool does). */

export interface Named {
  readonly name: string
  /** Of its own matchers, and of every `by` and `on` of the expression; `ignoring` and `group_left` concern one side only. */
  readonly labels: readonly string[]
  readonly matchers: readonly { readonly label: string; readonly operator: string; readonly value: string }[]
}

const words = new Set([
  ...['and', 'or', 'unless', 'by', 'without', 'on', 'ignoring', 'group_left', 'group_right', 'bool', 'offset'],
  ...['inf', 'nan', 'e'],
])

export function metricsIn(expr: string): Named[] {
  const grouping = /\b(?:by|on|ignoring|group_left|group_right) *\(([^)]*)\)/g
  const grouped = [...expr.matchAll(/\b(?:by|on) *\(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(',').flatMap((label) => (label.trim() === '' ? [] : [label.trim()])),
  )
  const selectors = expr.replace(grouping, ' ').replace(/\[[^\]]*\]/g, ' ')
  const named = [...selectors.matchAll(/"(?:[^"\\]|\\.)*"|\b\d[\w.]*|([a-zA-Z_:][\w:]*)(\s*\()?(?:\{([^}]*)\})?/g)]
  return named.flatMap(([, name, call, braces = '']) => {
    if (name === undefined || call !== undefined || words.has(name.toLowerCase())) return []
    const matchers = [...braces.matchAll(/(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"/g)].map(
      ([, label = '', operator = '', value = '']) => ({ label, operator, value }),
    )
    return [{ name, labels: [...new Set([...matchers.map(({ label }) => label), ...grouped])], matchers }]
  })
}
