#include "app/run.h"

int main(int argc, char** argv) { return monkafka::app::Run(argc, argv); }
