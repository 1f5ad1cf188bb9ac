/** The address of the window of one pane, after the page's own. Both the page and the desktop's main process read it. */

/** `#/pane/books-2` */
export const paneHashOf = (id: string): string => `#/pane/${id}`

const paneHash = /^#\/pane\/([a-z0-9-]{1,40})$/

/** null: it is not that of a pane. */
export const paneOfHash = (hash: string): string | null => paneHash.exec(hash)?.[1] ?? null

/** Of a whole address, which must be the page's own and nothing but a pane's after it; null: it is another one. */
export const paneOfUrl = (url: string, pageUrl: string): string | null =>
  url.startsWith(`${pageUrl}#`) ? paneOfHash(url.slice(pageUrl.length)) : null
