/** How the lines of the command palette look, and its groups. */
export const itemClass =
  'flex h-8 items-center justify-between rounded px-2 data-[selected=true]:bg-selected data-[selected=true]:text-strong'
export const groupClass =
  '[&_[cmdk-group-heading]]:px-2 [&_[cmdk-group-heading]]:py-1 [&_[cmdk-group-heading]]:text-2xs [&_[cmdk-group-heading]]:text-muted'
