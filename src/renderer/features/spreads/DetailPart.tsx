import type { ReactNode } from 'react'

/** One titled part of a pair's details. */
export function DetailPart({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section aria-label={title} className="border-t border-line px-3 py-2">
      <h3 className="mb-1 text-2xs text-muted">{title}</h3>
      {children}
    </section>
  )
}
