/** One thing to change in a configuration. */
export type ConfigurationIssue = {
  /** Such as `routes.orders.destinations.0`; empty for the document itself. */
  path: string;
  message: string;
};
