/** Where a table has so little room, whatever the screen, that its rows become cards. */
export const NARROW = "@container (max-width: 44rem)";
