/** Name of the object that keeps a leg's record. A member_id has no slash, so no two legs share a name. */
export const recordingName = (portal: string, leg: string): string => `${portal}/${leg}`;
