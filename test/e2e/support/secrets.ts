import type { Page } from 'playwright-core'

/** Whether the page's memory, its document or its storage holds a text. */
export async function holds(page: Page, secret: string): Promise<boolean> {
  const cdp = await page.context().newCDPSession(page)
  let heap = ''
  cdp.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => {
    heap += chunk
  })
  await cdp.send('HeapProfiler.collectGarbage')
  await cdp.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false })
  await cdp.detach()
  return heap.includes(secret)
}
