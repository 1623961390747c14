// What must be true of a broker that has just started, whatever happened before. Throws Violation.
#pragma once

#include "simulation/broker.h"
#include "simulation/machine.h"
#include "simulation/model.h"

namespace monkafka::simulation {

// Compares, and then lets the model know what it could not: which of the things that were not
// answered happened. What the broker shows now may not be lost again.
void CheckPromises(Machine& machine, Broker& broker, Model& model);

}  // namespace monkafka::simulation
