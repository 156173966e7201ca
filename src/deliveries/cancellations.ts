// Which deliveries nobody is to attempt any more. Only the contract: the Outbox objects keep it.

export type Cancellations = {
  /** No attempt of the delivery follows, until it is allowed again. @throws when it cannot be kept */
  cancel(deliveryId: string): Promise<void>;
  /** @throws when it cannot be kept */
  allow(deliveryId: string): Promise<void>;
  /** @throws when nobody can say */
  isCancelled(deliveryId: string): Promise<boolean>;
};
